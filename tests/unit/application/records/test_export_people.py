"""Everything that is stored of a person, also of the records that were merged into it."""

import pytest

from rekindle.application.records import export_people
from rekindle.domain.core.errors import CallTooLarge, NotFound
from tests.support.builders import (
    Rekindle,
    a_failure,
    campaign_changed,
    opportunity_changed,
    people_merged,
    person_changed,
    response_deleted,
    response_recorded,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(
        campaign_changed("webinar"),
        response_recorded("r1", "p1", "webinar", 1),
        response_recorded("r2", "p2", "webinar", 2),
        response_recorded("r3", "p1", "webinar", 3),
        response_deleted("r3", "p1", 4),
        opportunity_changed("o1", "p1", at=5),
        people_merged("p1", "p2", at=6),
    )
    return rekindle


def test_an_export_holds_all_that_is_stored(rekindle: Rekindle):
    rekindle.memory.failures["f1"] = a_failure("f1", person_ids=("p2",))
    rekindle.memory.failures["f2"] = a_failure("f2", person_ids=("other",))
    export = rekindle.use.export_people("p2")
    assert export.shown.person.person_id == "p1"
    assert [one.person_id for one in export.former] == ["p2"]
    assert [one.response_id for one in export.responses] == ["r1", "r2", "r3"]
    assert {one.person_id for one in export.ledger} == {"p1", "p2"}
    assert [one.opportunity_id for one in export.opportunities] == ["o1"]
    assert [one.failure_id for one in export.failures] == ["f1"]


def test_of_nobody_nothing_is_exported(rekindle: Rekindle):
    with pytest.raises(NotFound):
        rekindle.use.export_people("unknown")


@pytest.mark.parametrize(("most", "refusal"), [(2, "responses"), (3, "decisions and steps")])
def test_what_is_too_much_for_one_answer_is_refused(
    rekindle: Rekindle, monkeypatch: pytest.MonkeyPatch, most: int, refusal: str
):
    monkeypatch.setattr(export_people, "MOST", most)
    monkeypatch.setattr(export_people, "PAGE", 1)
    for n in range(5):
        rekindle.tell(person_changed("p1", 10 + n, score=n % 2 * 90))
        rekindle.deliver()
    with pytest.raises(CallTooLarge, match=refusal):
        rekindle.use.export_people("p1")
