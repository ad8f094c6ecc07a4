"""Records that may be one person: found when an address, a number, a name or a company is new; united or kept apart."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.application.capture.answer_duplicates import AlreadyUnited, DuplicateAnswer
from rekindle.application.capture.find_duplicates import SHARED_BY
from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.separating import (
    MOST_RESPONSES,
    ChangedSince,
    DecidedSince,
    DeletedSince,
    NotUnited,
    TooManyResponses,
    UnitedAgain,
)
from rekindle.domain.core.errors import InvalidField, NotFound, StateConflict, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Merged
from rekindle.domain.measures.cycles import cycles
from rekindle.domain.people.duplicates import Grounds
from rekindle.domain.people.possible_duplicate import DuplicateState, PossibleDuplicate
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    opportunity_changed,
    people_merged,
    person_changed,
    person_deleted,
    person_erased,
    response_changed,
    response_recorded,
)

ADA: dict[str, Any] = {"first_name": "Ada", "last_name": "Byron", "company": "Analytical Engines Ltd"}


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"))
    return rekindle


def found(rekindle: Rekindle, person_id: str) -> list[tuple[tuple[str, ...], Grounds, bool]]:
    return [(one.person_ids, one.grounds, one.likely) for one in rekindle.use.find_duplicates(person_id)]


def pair(rekindle: Rekindle, **values: Any) -> PossibleDuplicate:
    """A lead and a contact of one address."""
    rekindle.tell(person_changed("lead", 1, email="ada@example.com", status="New", **values))
    rekindle.tell(person_changed("contact", 2, email="Ada@Example.com ", kind="contact"))
    (one,) = rekindle.use.find_duplicates("contact")
    return one


def listed(rekindle: Rekindle, state: DuplicateState = DuplicateState.OPEN) -> list[tuple[str, ...]]:
    return [one.duplicate.person_ids for one in rekindle.use.answer_duplicates.listed(state, 10).items]


FIRST: dict[str, Any] = {**ADA, "email": "ada@engines.example", "phone": "+44 20 7946 0991"}


@pytest.mark.parametrize(
    ("other", "grounds", "likely"),
    [
        ({"email": " ADA@Engines.example"}, Grounds.EMAIL, True),
        ({"email": "ada@engines.example", "first_name": "George", "last_name": "Noel"}, Grounds.EMAIL, False),
        ({"phone": "020 7946 0991", "first_name": "ADA", "last_name": "Byron"}, Grounds.PHONE_AND_NAME, True),
        ({**ADA, "company": "analytical engines"}, Grounds.COMPANY_AND_NAME, False),
        ({**ADA, "company": None, "email": "a.byron@engines.example"}, Grounds.COMPANY_AND_NAME, False),
    ],
)
def test_who_else_it_may_be(rekindle: Rekindle, other: dict[str, Any], grounds: Grounds, likely: bool) -> None:
    rekindle.tell(person_changed("p1", 1, **FIRST), person_changed("p2", 2, **other))
    assert found(rekindle, "p2") == found(rekindle, "p1") == [(("p1", "p2"), grounds, likely)]
    assert listed(rekindle) == [("p1", "p2")]


@pytest.mark.parametrize(
    "other",
    [
        {"first_name": "Ada", "last_name": "Byron"},
        {"first_name": "Ada", "last_name": "Byron", "email": "ada@gmail.com"},
        {"phone": "020 7946 0991", "first_name": "George", "last_name": "Noel"},
        {"phone": "020 7946 0991"},
        {"company": "Analytical Engines Ltd"},
        {"email": "noel@engines.example", "first_name": "George", "last_name": "Noel"},
    ],
)
def test_a_name_a_number_or_a_company_alone_suggests_nothing(rekindle: Rekindle, other: dict[str, Any]) -> None:
    rekindle.tell(person_changed("p1", 1, **FIRST), person_changed("p2", 2, **other))
    assert found(rekindle, "p2") == []


def test_an_address_that_many_share_suggests_nothing(rekindle: Rekindle) -> None:
    rekindle.tell(*(person_changed(f"p{n:02}", 1, email="info@example.com") for n in range(SHARED_BY)))
    assert len(found(rekindle, "p00")) == SHARED_BY - 1
    rekindle.tell(person_changed("one-more", 2, email="info@example.com"))
    assert found(rekindle, "one-more") == []


def test_who_is_deleted_or_united_is_nobody_s_duplicate(rekindle: Rekindle) -> None:
    pair(rekindle)
    rekindle.tell(person_deleted("lead", 3))
    assert found(rekindle, "contact") == found(rekindle, "lead") == found(rekindle, "nobody") == listed(rekindle) == []


def test_a_pair_is_listed_once_and_the_newest_first(rekindle: Rekindle) -> None:
    pair(rekindle)
    rekindle.tell(person_changed("third", 3, email="ada@example.com"))
    for person_id in ("contact", "third", "lead"):
        rekindle.use.find_duplicates(person_id)
    assert listed(rekindle) == [("lead", "third"), ("contact", "third"), ("contact", "lead")]


def test_united_they_are_one_person_with_all_that_was_known(rekindle: Rekindle) -> None:
    one = pair(rekindle, first_name="Ada")
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3))
    shown = rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer("u-ada"))
    assert (shown.duplicate.state, shown.duplicate.survivor_id) == (DuplicateState.UNITED, "contact")
    assert shown.duplicate.user_id == "u-ada"
    assert rekindle.person("lead").person_id == "contact"
    assert list(rekindle.responses("contact")) == ["r1"]
    (logged,) = (one for one in rekindle.memory.records["contact"].values() if isinstance(one, Merged))
    assert logged.merged_id == "lead"
    assert listed(rekindle) == []
    assert listed(rekindle, DuplicateState.UNITED) == [("contact", "lead")]


def test_a_union_again_answers_the_same_and_changes_nothing(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    first = rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer(survivor_id="lead"))
    before = dict(rekindle.memory.people)
    again = rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer(survivor_id="contact"))
    assert again == first
    assert rekindle.memory.people == before
    assert rekindle.person("contact").person_id == "lead"


def test_whoever_they_became_since_is_united(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    rekindle.tell(people_merged("other", "lead", at=3))
    shown = rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())
    assert (shown.duplicate.survivor_id, shown.duplicate.merged_id) == ("contact", "other")
    assert rekindle.person("lead").person_id == "contact"


def test_what_became_one_person_by_itself_waits_no_longer(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    rekindle.tell(people_merged("contact", "lead", at=3))
    assert listed(rekindle) == []
    with pytest.raises(AlreadyUnited):
        rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())


def test_kept_apart_they_are_not_suggested_again(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    shown = rekindle.use.answer_duplicates.dismiss(one.duplicate_id, DuplicateAnswer("u-ada"))
    rekindle.use.find_duplicates("lead")
    assert listed(rekindle) == []
    assert rekindle.use.answer_duplicates.dismiss(one.duplicate_id, DuplicateAnswer()) == shown
    assert rekindle.person("lead").person_id == "lead"
    # Somebody may think better of it.
    assert rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer()).duplicate.survivor_id == "contact"
    with pytest.raises(AlreadyUnited):
        rekindle.use.answer_duplicates.dismiss(one.duplicate_id, DuplicateAnswer())


def test_what_is_refused_changes_nothing(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    answer = rekindle.use.answer_duplicates
    with pytest.raises(InvalidField, match="expected one of"):
        answer.unite(one.duplicate_id, DuplicateAnswer(survivor_id="somebody"))
    with pytest.raises(NotFound):
        answer.dismiss("nothing", DuplicateAnswer())
    rekindle.tell(person_deleted("lead", 3))
    with pytest.raises(NotFound):
        answer.unite(one.duplicate_id, DuplicateAnswer())
    assert rekindle.use.ports.duplicates.get(one.duplicate_id) == one


# --- a union taken back --------------------------------------------------------------------------------------------


def engaged(rekindle: Rekindle, person_id: str, response_id: str, at: float, campaign: str = "webinar") -> None:
    rekindle.tell(response_recorded(response_id, person_id, campaign, at - 1))
    rekindle.tell(person_changed(person_id, at - 0.5, score=0), person_changed(person_id, at, score=70))
    rekindle.deliver()
    assert rekindle.active(person_id) == response_id


def stands(rekindle: Rekindle) -> Any:
    """What is stored of the two, without the numbers of versions and the traces, which only grow."""
    memory = rekindle.memory
    people = {
        one.person_id: replace(one, version=0, classes="") for one in memory.people.values() if one.merged_into is None
    }
    responses = {
        person_id: {name: (one.campaign_id, one.state, one.details) for name, one in of_person.items()}
        for person_id, of_person in memory.responses.items()
        if of_person
    }
    scores = {one.person_id: one.value for one in memory.scores.values() if one.value is not None}
    return people, responses, scores


def funnel(rekindle: Rekindle) -> list[tuple[str, str | None, str | None]]:
    records = [record for of_person in rekindle.memory.records.values() for record in of_person.values()]
    return [(one.person_id, one.response_id, one.ended) for one in cycles(records, lambda _, __: None)]


@pytest.mark.parametrize("engagements", [[], ["lead"], ["contact"], ["lead", "contact"], ["contact", "lead"]])
def test_taken_back_both_stand_as_they_stood(rekindle: Rekindle, engagements: list[str]) -> None:
    rekindle.tell(campaign_changed("fair"))
    one = pair(rekindle, first_name="Ada", phone="+44 20 7946 0991", fields={"region": "EMEA"})
    for at, person_id in enumerate(engagements):
        engaged(rekindle, person_id, f"r-{person_id}", 10 + 5 * at)
    # Twins: the same campaign and instant on both.
    rekindle.tell(response_recorded("t1", "lead", "fair", 30), response_recorded("t2", "contact", "fair", 30))
    before, of_funnel = stands(rekindle), funnel(rekindle)
    rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())
    assert stands(rekindle) != before
    shown = rekindle.use.answer_duplicates.undo(one.duplicate_id)
    assert (shown.duplicate.state, shown.duplicate.survivor_id) == (DuplicateState.OPEN, None)
    assert stands(rekindle) == before
    assert funnel(rekindle) == of_funnel
    assert listed(rekindle) == [("contact", "lead")]
    # Again, it changes nothing; and the two may be united once more.
    assert rekindle.use.answer_duplicates.undo(one.duplicate_id) == shown
    assert rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer()).duplicate.merged_id == "lead"
    assert rekindle.person("lead").person_id == "contact"
    rekindle.use.answer_duplicates.undo(one.duplicate_id)
    assert stands(rekindle) == before


def test_what_comes_after_is_each_one_s_own(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3), person_changed("lead", 4, score=10))
    rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())
    rekindle.use.answer_duplicates.undo(one.duplicate_id)
    rekindle.tell(person_changed("lead", 2000, status="Working", score=20), person_changed("contact", 2000, score=30))
    assert (rekindle.person("lead").status, rekindle.person("contact").status) == ("Working", None)
    assert {name: score.value for name, score in rekindle.memory.scores.items()} == {"lead": 20, "contact": 30}
    rekindle.tell(response_changed("r1", 2001, member_status="Registered"))
    assert list(rekindle.responses("lead")) == ["r1"]


@pytest.mark.parametrize(
    ("since", "code"),
    [
        ([person_changed("contact", 2000, company="Engines")], "CHANGED_SINCE"),
        ([person_changed("lead", 2000, company="Engines")], "CHANGED_SINCE"),
        ([response_recorded("r2", "contact", "webinar", 2000, responded=False)], "DECIDED_SINCE"),
        ([response_changed("r1", 2000, member_status="Registered")], "CHANGED_SINCE"),
        ([person_changed("lead", 2000, score=20)], "SCORED_SINCE"),
        ([response_recorded("r2", "lead", "webinar", 2000)], "DECIDED_SINCE"),
        ([people_merged("contact", "third", at=2000)], "UNITED_AGAIN"),
        ([people_merged("third", "contact", at=2000)], "UNITED_AGAIN"),
        ([person_deleted("contact", 2000)], "DELETED_SINCE"),
    ],
)
def test_what_forbids_to_take_a_union_back(rekindle: Rekindle, since: list[Fact], code: str) -> None:
    one = pair(rekindle)
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3), person_changed("lead", 4, score=10))
    rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())
    rekindle.tell(*since)
    before = stands(rekindle), dict(rekindle.memory.duplicates)
    with pytest.raises(StateConflict) as refused:
        rekindle.use.answer_duplicates.undo(one.duplicate_id)
    assert refused.value.code == code
    assert (stands(rekindle), dict(rekindle.memory.duplicates)) == before


def test_unions_are_taken_back_one_after_the_other_the_last_first(rekindle: Rekindle) -> None:
    for place, person_id in enumerate("abc"):
        rekindle.tell(person_changed(person_id, 5, email="same@example.com", phone=f"+44 20 7946 099{place}"))
        rekindle.tell(response_recorded(f"r-{person_id}", person_id, "webinar", 6))
        rekindle.use.find_duplicates(person_id)
    rekindle.tell(person_changed("b", 7, score=10))
    pairs = {one.person_ids: one.duplicate_id for one in rekindle.memory.duplicates.values()}
    answer, before = rekindle.use.answer_duplicates, stands(rekindle)
    for first, second in ((("a", "b"), ("a", "c")), (("b", "c"), ("a", "b"))):
        answer.unite(pairs[first], DuplicateAnswer())
        between = stands(rekindle)
        answer.unite(pairs[second], DuplicateAnswer())
        assert {rekindle.person(person_id).person_id for person_id in "abc"} == {"a"}
        with pytest.raises((UnitedAgain, NotUnited)):
            answer.undo(pairs[first])
        answer.undo(pairs[second])
        assert stands(rekindle) == between
        answer.undo(pairs[first])
        assert stands(rekindle) == before


def test_who_is_erased_is_erased_from_what_a_union_remembers(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())
    assert rekindle.memory.unions
    rekindle.tell(person_erased("lead", 2000))
    assert rekindle.memory.unions == {}
    with pytest.raises(DeletedSince):
        rekindle.use.answer_duplicates.undo(one.duplicate_id)


def test_more_responses_than_one_transaction_moves_stay(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    rekindle.tell(*(response_recorded(f"r{n}", "lead", "webinar", 3 + n / 100) for n in range(MOST_RESPONSES + 1)))
    rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer())
    with pytest.raises(TooManyResponses):
        rekindle.use.answer_duplicates.undo(one.duplicate_id)


def test_a_dismissal_is_taken_back(rekindle: Rekindle) -> None:
    one = pair(rekindle)
    rekindle.use.answer_duplicates.dismiss(one.duplicate_id, DuplicateAnswer("u-ada"))
    assert rekindle.use.answer_duplicates.undo(one.duplicate_id).duplicate.user_id is None
    assert listed(rekindle) == [("contact", "lead")]


@pytest.mark.parametrize("step", range(1, 9))
def test_whoever_dies_in_between_is_finished_by_the_next_call(rekindle: Rekindle, step: int) -> None:
    one = pair(rekindle)
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3), person_changed("lead", 4, score=10))
    before = stands(rekindle)
    answer = rekindle.use.answer_duplicates
    for call in (lambda: answer.unite(one.duplicate_id, DuplicateAnswer()), lambda: answer.undo(one.duplicate_id)):
        rekindle.faults.writes, rekindle.faults.fails = 0, lambda number: number == step
        with suppress(Unavailable, ChangedSince):
            call()
        rekindle.faults.fails = lambda _: False
        with suppress(ChangedSince):
            call()
    # Only where nobody knows how the union left the two, because that was not written any more, it stays.
    assert stands(rekindle) == before or (step == 5 and rekindle.person("lead").person_id == "contact")


_WHO = st.sampled_from(["lead", "contact"])


@st.composite
def _happened(draw: st.DrawFn) -> list[Fact]:
    """What was told of the two before they were united."""
    facts: list[Fact] = []
    for place in range(draw(st.integers(0, 9))):
        at, who = 5 + place, draw(_WHO)
        facts.append(
            draw(
                st.sampled_from(
                    [
                        person_changed(who, at, score=draw(st.sampled_from([10, 70]))),
                        person_changed(who, at, status=draw(st.sampled_from(["New", "Working", "Nurture"]))),
                        person_changed(who, at, do_not_contact=True),
                        person_changed(who, at, owner_id=draw(st.sampled_from(["u-1", "u-2"])), company="Engines"),
                        response_recorded(f"r{place}", who, "webinar", at, responded=draw(st.booleans())),
                        response_recorded(f"r{place}", who, "webinar", 4),
                        opportunity_changed(f"o{place}", who, at=at, amount=100.0),
                    ]
                )
            )
        )
    return facts


@given(_happened(), _WHO)
def test_whatever_happened_before_a_union_stands_again_after_it(facts: list[Fact], survivor_id: str) -> None:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"))
    one = pair(rekindle)
    for fact in facts:
        rekindle.tell(fact)
        rekindle.deliver()
    before, of_funnel = stands(rekindle), funnel(rekindle)
    rekindle.use.answer_duplicates.unite(one.duplicate_id, DuplicateAnswer(survivor_id=survivor_id))
    try:
        rekindle.use.answer_duplicates.undo(one.duplicate_id)
    except DecidedSince:
        # The union itself found a response that the search would have preferred.
        assert rekindle.person("lead").person_id == rekindle.person("contact").person_id == survivor_id
        return
    assert stands(rekindle) == before
    assert funnel(rekindle) == of_funnel
