"""What happened to a person, with long silences folded."""

from rekindle.adapters.console.timeline import folded


def entry(at: str, kind: str = "resumed", **more: object) -> dict[str, object]:
    return {"at": at, "kind": kind, **more}


def test_a_silence_of_two_weeks_is_folded_to_one_line() -> None:
    entries = [entry("2026-03-20T00:00:00Z"), entry("2026-03-06T00:00:00Z"), entry("2026-02-20T00:00:01Z")]
    assert [one.get("days") for one in folded(entries)] == [None, 14, None, None]
    assert folded([]) == []


def test_each_kind_has_a_title() -> None:
    for told, title in (
        (entry("2026-03-20T00:00:00Z", "decision", outcome="SKIPPED", reason="NO_CANDIDATE"), "skipped: no candidate"),
        (entry("2026-03-20T00:00:00Z", "decision", outcome="REACTIVATED", reason=None), "reactivated"),
        (entry("2026-03-20T00:00:00Z", "stage_reached", stage="SQL"), "Reached sql"),
        (entry("2026-03-20T00:00:00Z", "merged", merged_id="Lead_A"), "United with Lead_A"),
        (entry("2026-03-20T00:00:00Z", "assignment_timed_out"), "Assignment timed out"),
        (entry("2026-03-20T00:00:00Z", "clock_breached"), "Clock breached"),
    ):
        (shown,) = folded([told])
        assert shown["title"] == title
