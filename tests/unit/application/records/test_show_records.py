"""Where a person stands, and why."""

from collections.abc import Iterator
from typing import Any

import pytest

from rekindle.application.records import show_records
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.responses.response import Response
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    person_changed,
    response_deleted,
    response_recorded,
    winner_of,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar", name="Spring webinar"), campaign_changed("fair", name="Fair"))
    return rekindle


def five_responses(rekindle: Rekindle) -> None:
    rekindle.tell(*(response_recorded(f"r{n}", "p1", "webinar", n) for n in range(1, 6)))


def test_what_is_not_known_is_not_found(rekindle: Rekindle):
    show = rekindle.use.show_records
    for look_up in (
        lambda: show.person("nobody"),
        lambda: show.responses("nobody", 10, None),
        lambda: show.decisions("nobody", 10, None),
        lambda: show.timeline("nobody", 10, None),
        lambda: show.decision("nothing"),
    ):
        with pytest.raises(NotFound):
            look_up()


def test_a_person_is_shown_with_its_score(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, score=42, email="ada@example.org"))
    shown = rekindle.use.show_records.person("p1")
    assert shown.score is not None and shown.score.value == 42


def test_responses_come_in_pages_and_deleted_ones_are_left_out(rekindle: Rekindle):
    five_responses(rekindle)
    rekindle.tell(response_deleted("r2", "p1", 9))
    first = rekindle.use.show_records.responses("p1", 2, None)
    second = rekindle.use.show_records.responses("p1", 2, first.next)
    assert [r.response_id for r in first.items] == ["r5", "r4"]
    assert [r.response_id for r in second.items] == ["r3", "r1"]
    assert second.next is None


def test_decisions_come_newest_first_in_pages(rekindle: Rekindle):
    five_responses(rekindle)
    show = rekindle.use.show_records
    seen, following = [], None
    while True:
        page = show.decisions("p1", 2, following)
        seen += [e.decision.response_id or e.decision.trigger_id for e in page.items]
        following = page.next
        if following is None:
            break
    assert seen == [f"response:r{n}:responded" for n in (5, 4, 3, 2, 1)]


def test_decisions_of_absorbed_people_follow_those_of_the_person(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "lead", "webinar", 1), response_recorded("r2", "contact", "fair", 2))
    rekindle.tell(person_changed("lead", 3, converted_contact_id="contact"))
    rekindle.tell(response_recorded("r3", "contact", "fair", 4))
    show = rekindle.use.show_records
    first = show.decisions("lead", 2, None)
    second = show.decisions("lead", 2, first.next)
    triggers = [e.decision.trigger_id.split(":")[1] for e in (*first.items, *second.items)]
    assert (triggers, second.next) == (["r3", "r2", "r1"], None)


def test_a_place_in_a_list_that_nobody_gave_is_refused(rekindle: Rekindle):
    five_responses(rekindle)
    with pytest.raises(InvalidField):
        rekindle.use.show_records.decisions("p1", 2, "nonsense")


def test_the_timeline_tells_decisions_and_what_became_of_them(rekindle: Rekindle):
    five_responses(rekindle)
    rekindle.tell(person_changed("p1", 8, score=70))
    rekindle.deliver()
    rekindle.tell(person_changed("p1", 9, status="Nurture"))
    newest = rekindle.use.show_records.timeline("p1", 2, None)
    kinds = [r.outcome if isinstance(r, Decision) else r.reason for r in newest.items]  # type: ignore[union-attr]
    assert kinds == ["STATUS_INACTIVE", Outcome.REACTIVATED]


def test_a_decision_is_explained_as_things_stood_when_it_was_made(rekindle: Rekindle):
    five_responses(rekindle)
    rekindle.tell(person_changed("p1", 8, score=70))
    (decision,) = rekindle.deliver()
    rekindle.tell(response_recorded("r9", "p1", "fair", 9), response_deleted("r1", "p1", 10))
    rekindle.tell(campaign_changed("webinar", 11, name="Renamed", exclude_from_reactivation=True))
    rekindle.configure({"qualification": {"threshold": 90}}, lookback_days=1)
    explanation = rekindle.use.show_records.decision(decision.decision_id)
    assert winner_of(explanation.considered) == "r5"
    assert {c.response_id: c.excluded for c in explanation.considered} == {
        "r5": None,
        **{f"r{n}": Excluded.OLDER for n in (1, 2, 3, 4)},
    }
    assert "Spring webinar" in explanation.sentence and "threshold 60" in explanation.sentence


def test_a_decision_that_was_stopped_by_a_guard_considered_nothing(rekindle: Rekindle):
    five_responses(rekindle)
    rekindle.tell(person_changed("p1", 6, status="Nurture"), person_changed("p1", 8, score=70))
    (decision,) = rekindle.deliver()
    explanation = rekindle.use.show_records.decision(decision.decision_id)
    assert list(explanation.considered) == []
    assert explanation.sentence.startswith("Nothing was done when the score went from none to 70 (threshold 60)")


# --- a long history ------------------------------------------------------------------------------------------------


@pytest.fixture
def long(rekindle: Rekindle, monkeypatch: pytest.MonkeyPatch) -> Decision:
    """The decision about somebody with more responses than are explained at a time. The last one got the credit."""
    monkeypatch.setattr(show_records, "LONG_HISTORY", 3)
    rekindle.tell(*(response_recorded(f"r{n}", "p1", "webinar", n) for n in range(8)))
    rekindle.tell(person_changed("p1", 9, score=70))
    (decision,) = rekindle.deliver()
    return decision


def test_a_long_history_is_explained_in_pages_each_with_the_winner(rekindle: Rekindle, long: Decision):
    pages, start = [], None
    while True:
        shown = rekindle.use.show_records.decision(long.decision_id, start)
        pages.append({one.response_id: one.excluded for one in shown.considered})
        assert shown.total == 8 and shown.agrees
        start = shown.next
        if start is None:
            break
    assert [sorted(page) for page in pages] == [["r0", "r1", "r2", "r7"], ["r3", "r4", "r5", "r7"], ["r6", "r7"]]
    assert all(page.pop("r7") is None for page in pages)
    assert {excluded for page in pages for excluded in page.values()} == {Excluded.OLDER}


def test_a_long_history_is_not_counted_in_the_sentence_nor_made_again(rekindle: Rekindle, long: Decision):
    shown = rekindle.use.show_records.decision(long.decision_id)
    assert shown.sentence.endswith('is the newest eligible "never engaged" one within the look-back of 30 days.')
    assert shown.same_again is None


@pytest.mark.parametrize("look_up", ["decision", "decisions"])
def test_of_a_long_history_no_more_is_read_than_is_listed(
    rekindle: Rekindle, long: Decision, look_up: str, monkeypatch: pytest.MonkeyPatch
):
    read: list[str] = []
    people = type(rekindle.use.ports.people)
    responses = people.responses

    def counted(self: Any, person_id: str, after: str | None = None) -> Iterator[Response]:
        for response in responses(self, person_id, after):
            read.append(response.response_id)
            yield response

    monkeypatch.setattr(people, "responses", counted)
    if look_up == "decision":
        rekindle.use.show_records.decision(long.decision_id, "r2")
    else:
        rekindle.use.show_records.decisions("p1", 50, None)
    assert len(read) == 4, "those that are listed, and one that tells whether more follow"


def test_a_history_as_long_as_a_page_is_whole(rekindle: Rekindle, monkeypatch: pytest.MonkeyPatch, long: Decision):
    monkeypatch.setattr(show_records, "LONG_HISTORY", 8)
    shown = rekindle.use.show_records.decision(long.decision_id)
    assert (len(shown.considered), shown.total, shown.next, shown.same_again) == (8, 8, None, True)
    assert shown.sentence.endswith("; 7 other responses lost to it.")
