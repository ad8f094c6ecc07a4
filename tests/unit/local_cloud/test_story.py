"""Whose the credit is, as the local run prints it."""

from tests.local_cloud.story import credit_of, credit_table, entry_of, how_many, shown_decisions, ways
from tests.support.builders import Rekindle, campaign_changed, person_changed, response_recorded


def rekindle() -> Rekindle:
    found = Rekindle()
    found.tell(campaign_changed("webinar"), campaign_changed("web"))
    found.configure(default_campaign={"single": "web"})
    return found


def test_each_kind_of_credit_is_counted_by_campaign() -> None:
    found = rekindle()
    found.tell(response_recorded("r1", "p1", "webinar", 1), person_changed("p1", 2, score=70))
    found.tell(person_changed("p2", 2, score=70))
    found.deliver()
    credit = credit_of(found.memory.decisions.values())
    assert credit.total == {"webinar": 1, "web": 1}
    assert (credit.reactivated, credit.activated, credit.default) == ({"webinar": 1}, {}, {"web": 1})


def test_a_response_that_arrives_late_takes_the_credit_of_the_default_that_stood_in() -> None:
    found = rekindle()
    found.tell(person_changed("p1", 2, score=70))
    found.deliver()
    found.tell(response_recorded("r1", "p1", "webinar", 1))
    credit = credit_of(found.memory.decisions.values())
    assert (credit.total, credit.reactivated) == ({"webinar": 1}, {"webinar": 1})


def test_the_table_lines_up_and_says_when_there_is_nothing() -> None:
    found = rekindle()
    assert list(credit_table(credit_of([]), {}))[-1] == "No campaign got credit."
    found.tell(person_changed("p1", 2, score=70))
    found.deliver()
    _, head, row, total = credit_table(credit_of(found.memory.decisions.values()), {"web": "Web activity"})
    assert row.startswith("Web activity")
    assert head.index("credits") + len("credits") == row.index(" 1") + 2 == total.index(" 1") + 2


def test_it_says_how_many_decisions_are_shown() -> None:
    found = rekindle()
    found.tell(*(response_recorded(f"r{n}", f"p{n}", "webinar", 1) for n in range(3)))
    found.tell(person_changed("p1", 2, score=70))
    found.deliver()
    decisions = list(found.memory.decisions.values())
    some, everything = shown_decisions(decisions, False), shown_decisions(decisions, True)
    assert how_many(decisions, some) == "Shown are 1 of 4 decisions, about 1 of 3 people. ALL=1 shows all."
    assert how_many(decisions, everything).startswith("Shown are 4 of 4 decisions, about 3 of 3 people.")


def test_a_deal_and_a_merge_are_told() -> None:
    won = {"kind": "stage_reached", "at": "2025-12-08T15:00:00Z", "stage": "Won", "campaign_id": "c", "currency": "EUR"}
    (line,) = entry_of({**won, "amount": 18000.0}, {"c": "Fair"})
    assert line == "  2025-12-08  a deal was won      ✓ Fair (won 18,000 EUR)"
    merged = {"kind": "merged", "at": "2025-11-25T14:00:00Z", "merged_id": "p2", "converted": False}
    assert [*entry_of(merged, {})] == ["  2025-11-25  merged              · p2 is this person"]
    assert [*entry_of({**won, "stage": "SQL", "amount": None}, {})] == []


def test_the_story_of_a_lead_has_a_breach_a_way_back_and_a_customers_programme() -> None:
    written = [" ".join(line.split()) for line in ways()]
    assert "2025-12-01 12:00 lead-lena handed_off recycled sla_expired" in written
    assert "2025-12-03 12:00 lead-lena touch second-look case-study" in written
    assert "2025-12-15 14:00 lead-lena touch Data hub welcome" in written
    assert written[-1] == "2025-12-01 12:00 lead-lena rule second-look sla_expired, 2025-12-08 09:00"
