"""Persons and responses: what is stored comes back, and a commit is whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.core.errors import Conflict
from rekindle.domain.lifecycle.journey import Deactivated, Ended
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason, decision_id
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Details, Response, ResponseOwner, ResponseState, Trace
from rekindle.domain.settings.settings import Scenario
from tests.contract.stores import NOW, Stores
from tests.contract.values import every_field, fresh, ids, quickly, texts


def a_response(response_id: str = "r", *, days_ago: float = 1, campaign_id: str = "c", **state: object) -> Response:
    at = NOW - timedelta(days=days_ago)
    values = {"responded": True, "responded_at": at, "received_at": at, **state}
    return Response(response_id, campaign_id, ResponseState(**values), Details(channel="web"))  # type: ignore[arg-type]


def a_decision(person_id: str, trigger_id: str = "t") -> Decision:
    return Decision(
        decision_id=decision_id(person_id, Scenario.SCORE, trigger_id, NOW),
        person_id=person_id,
        scenario=Scenario.SCORE,
        outcome=Outcome.SKIPPED,
        reason=Reason.ACTIVE_EXISTS,
        trigger_id=trigger_id,
        as_of=NOW,
        decided_at=NOW,
        settings_version=1,
        person_version=1,
    )


def stored(stores: Stores, *responses: Response, person_id: str | None = None) -> Person:
    person = Person(person_id or fresh(), version=1, responses=len(responses), profile=Profile(email="a@example.com"))
    stores.people.commit(Change(person, 0, responses))
    return person


def following(person: Person) -> Person:
    return replace(person, version=person.version + 1)


# --- what is stored comes back -------------------------------------------------------------------------------------


@quickly
@given(st.data())
def test_every_field_of_a_person_comes_back(stores: Stores, data: st.DataObject) -> None:
    person = data.draw(every_field(Person, person_id=ids.map(fresh), profile=every_field(Profile)))
    person = replace(person, version=1)

    stores.people.commit(Change(person, 0))

    assert stores.people.get(person.person_id) == person


@quickly
@given(st.data())
def test_every_field_of_a_response_comes_back(stores: Stores, data: st.DataObject) -> None:
    traces = st.lists(every_field(Trace), max_size=3).map(tuple)
    response = data.draw(
        every_field(Response, response_id=ids.map(fresh), campaign_id=texts, details=every_field(Details), trail=traces)
    )

    person = stored(stores, response)

    assert stores.people.get_response(person.person_id, response.response_id) == response
    assert stores.people.load(person.person_id, response.response_id) == (person, response)
    assert list(stores.people.responses(person.person_id)) == [response]


def test_what_was_never_stored_is_none(stores: Stores) -> None:
    assert stores.people.get("nobody") is None
    assert stores.people.get_response("nobody", "r") is None
    assert stores.people.load("nobody", "r") == (None, None)
    assert stores.people.owner_of_response("r") is None
    assert list(stores.people.responses("nobody")) == []
    assert stores.people.candidates("nobody").person is None


def test_a_person_without_a_profile_has_an_empty_one(stores: Stores) -> None:
    stores.people.commit(Change(Person("p", version=1), 0))

    assert stores.people.get("p") == Person("p", version=1, profile=Profile())


def test_a_person_read_without_profile_keeps_it_when_written(stores: Stores) -> None:
    person = stored(stores)

    stores.people.commit(Change(replace(following(person), status="Working", profile=None), 1))

    assert stores.people.get(person.person_id) == replace(following(person), status="Working")


def test_a_response_read_in_part_keeps_the_rest_and_gets_the_new_trace(stores: Stores) -> None:
    first = a_response().traced("p", 1)
    person = stored(stores, first)
    after = replace(first.state, status="Working", activated_at=NOW)
    part = Response("r", "c", after).traced("p", 2)

    stores.people.commit(Change(following(person), 1, (part,)))

    expected = replace(first, state=after, trail=(*first.trail, *part.trail))
    assert stores.people.get_response(person.person_id, "r") == expected


def test_a_response_read_in_part_may_have_nothing_to_trace(stores: Stores) -> None:
    first = a_response().traced("p", 1)
    person = stored(stores, first)
    after = replace(first.state, status="Working")

    stores.people.commit(Change(following(person), 1, (Response("r", "c", after),)))

    assert stores.people.get_response(person.person_id, "r") == replace(first, state=after)


def test_a_response_may_be_of_no_known_campaign(stores: Stores) -> None:
    response = a_response(campaign_id="", responded=False, deleted=True)

    person = stored(stores, response)

    assert stores.people.get_response(person.person_id, "r") == response


def test_responses_come_in_the_order_of_their_ids_after_any_one_of_them(stores: Stores) -> None:
    many = [a_response(name) for name in ("r10", "r1", "r2", "é", "~", "R#", "Z")]
    person = stored(stores, *many)

    names = [r.response_id for r in stores.people.responses(person.person_id)]

    assert names == sorted(r.response_id for r in many)
    for position, name in enumerate(names):
        assert [r.response_id for r in stores.people.responses(person.person_id, name)] == names[position + 1 :]


def test_a_person_s_responses_come_newest_first_page_by_page(stores: Stores) -> None:
    days = {"r1": 3.0, "r2": 1.0, "é": 9.0, "waits": 2.5, "a": 1.0}
    many = [a_response(name, days_ago=ago, responded=name != "waits") for name, ago in days.items()]
    person = stored(stores, *many, a_response("gone", days_ago=2, deleted=True))
    stored(stores, a_response("another's", days_ago=7))
    found: list[Response] = []
    start = None
    while True:
        page = stores.people.newest_responses(person.person_id, 2, start)
        found += page.items
        start = page.next
        if start is None:
            break
        assert len(page.items) == 2
    # Of one instant in an order that is always the same.
    assert {r.response_id for r in found[:2]} == {"r2", "a"}
    assert [r.response_id for r in found[2:]] == ["waits", "r1", "é"]
    assert found == list(stores.people.newest_responses(person.person_id, 100).items)
    assert stores.people.newest_responses("nobody", 2).items == []


def test_a_history_of_several_pages_is_read_to_its_end(stores: Stores) -> None:
    big = Details(fields={"note": "x" * 100_000})
    person = stored(stores, *[replace(a_response(f"r{n:02d}"), details=big) for n in range(12)])

    assert [r.response_id for r in stores.people.responses(person.person_id)] == [f"r{n:02d}" for n in range(12)]


# --- whose a response is -------------------------------------------------------------------------------------------


def test_a_response_has_a_home_until_it_is_removed(stores: Stores) -> None:
    response_id = fresh("r")
    person = stored(stores, a_response(response_id))
    assert stores.people.owner_of_response(response_id) == ResponseOwner(person.person_id)

    stores.people.commit(Change(following(person), 1, removed=(response_id,)))

    assert stores.people.owner_of_response(response_id) is None
    assert stores.people.get_response(person.person_id, response_id) is None


def test_a_response_moves_in_one_commit(stores: Stores) -> None:
    response = a_response(fresh("r"))
    old, new = stored(stores, response), stored(stores)

    stores.people.commit(
        Change(following(new), 1, (response,)), Change(following(old), 1, removed=(response.response_id,))
    )

    assert stores.people.owner_of_response(response.response_id) == ResponseOwner(new.person_id)
    assert stores.people.get_response(new.person_id, response.response_id) == response
    assert stores.people.get_response(old.person_id, response.response_id) is None


def test_removing_what_is_not_there_changes_nothing(stores: Stores) -> None:
    person = stored(stores)

    stores.people.commit(Change(following(person), 1, removed=("never",)))

    assert stores.people.get(person.person_id) == following(person)


def test_nobody_gets_a_response_that_another_person_has(stores: Stores) -> None:
    response = a_response(fresh("r"))
    old, new = stored(stores, response), stored(stores)

    with pytest.raises(Conflict):
        stores.people.commit(Change(following(new), 1, (response,)))
    with pytest.raises(Conflict):
        stores.people.commit(
            Change(following(new), 1, (response,)), Change(Person("third", 1), 0, removed=(response.response_id,))
        )

    assert stores.people.owner_of_response(response.response_id) == ResponseOwner(old.person_id)
    assert stores.people.get_response(new.person_id, response.response_id) is None


def test_a_response_that_was_given_away_may_come_back(stores: Stores) -> None:
    first = a_response(fresh("r"))
    here, there = Person(fresh(), version=1), stored(stores)
    first = first.traced(here.person_id, 1)
    stores.people.commit(Change(here, 0, (first,)))
    given = first.traced(there.person_id, 2)
    gone = (first.response_id,)
    stores.people.commit(Change(following(there), 1, (given,)), Change(following(here), 1, removed=gone))

    back = given.traced(here.person_id, 3)
    stores.people.commit(
        Change(replace(here, version=3), 2, (back,)), Change(replace(there, version=3), 2, removed=gone)
    )

    assert stores.people.owner_of_response(first.response_id) == ResponseOwner(here.person_id)
    assert stores.people.get_response(here.person_id, first.response_id) == back


def test_a_change_of_a_response_says_nothing_of_its_home(stores: Stores) -> None:
    """The home is one more item to pay for: it is written with a new response only."""
    person = Person(fresh(), version=1)
    first = a_response(fresh("r")).traced(person.person_id, 1)
    stores.people.commit(Change(person, 0, (first,)))
    told = replace(first, details=Details(channel="phone"))

    assert not list(Change(following(person), 1, (told,)).arriving())
    assert not list(Change(following(person), 1, (told.traced(person.person_id, 2),)).arriving())


def test_a_response_may_be_known_to_be_deleted_and_no_more(stores: Stores) -> None:
    response, stamp = a_response(fresh("r")), ChangeStamp(NOW, 7, 1, ("digest",))

    stores.people.record_tombstone(response.response_id, stamp, None)

    assert stores.people.owner_of_response(response.response_id) == ResponseOwner(deleted=stamp)


def test_a_deletion_that_was_not_read_is_neither_replaced_nor_overlooked(stores: Stores) -> None:
    response, stamp, later = a_response(fresh("r")), ChangeStamp(NOW), ChangeStamp(NOW + timedelta(days=1))
    person = stored(stores)
    stores.people.record_tombstone(response.response_id, stamp, None)

    with pytest.raises(Conflict):
        stores.people.record_tombstone(response.response_id, later, None)
    with pytest.raises(Conflict):
        stores.people.commit(Change(following(person), 1, (response,)))
    with pytest.raises(Conflict):
        stores.people.commit(Change(following(person), 1, (response,), tombstone=later))
    stores.people.commit(Change(following(person), 1, (response,), tombstone=stamp))

    assert stores.people.owner_of_response(response.response_id) == ResponseOwner(person.person_id)
    with pytest.raises(Conflict):
        stores.people.record_tombstone(response.response_id, later, stamp)


# --- conditions ----------------------------------------------------------------------------------------------------


def _is_stored(person: Person, stores: Stores) -> Change:
    return Change(replace(person, status="Working"), 0, (a_response("new"),))


def _another_version(person: Person, stores: Stores) -> Change:
    return Change(replace(person, version=3, status="Working"), 2, (a_response("new"),))


def _is_not_stored(person: Person, stores: Stores) -> Change:
    return Change(replace(person, person_id=fresh(), version=2), 1, (a_response("new"),))


def _decided(person: Person, stores: Stores) -> Change:
    decision = stores.ledger.add(a_decision(person.person_id))
    return Change(replace(following(person), status="Working"), 1, (a_response("new"),), decision=decision)


def _scored_since(person: Person, stores: Stores) -> Change:
    score = Score(person.person_id, 50, ChangeStamp(NOW))
    stores.scores.put(score, 0)
    stores.scores.put(replace(score, value=60, version=2), 1)
    return Change(following(person), 1, (a_response("new"),), unchanged_score=(person.person_id, score))


def _scored_for_the_first_time(person: Person, stores: Stores) -> Change:
    stores.scores.put(Score(person.person_id, 50, ChangeStamp(NOW)), 0)
    return Change(following(person), 1, (a_response("new"),), unchanged_score=(person.person_id, None))


def _score_is_gone(person: Person, stores: Stores) -> Change:
    score = Score(person.person_id, 50, ChangeStamp(NOW))
    return Change(following(person), 1, (a_response("new"),), unchanged_score=(person.person_id, score))


REFUSED = [
    _is_stored,
    _another_version,
    _is_not_stored,
    _decided,
    _scored_since,
    _scored_for_the_first_time,
    _score_is_gone,
]


@pytest.mark.parametrize("refused", REFUSED)
def test_a_condition_that_fails_leaves_nothing_written(
    stores: Stores, refused: Callable[[Person, Stores], Change]
) -> None:
    held = a_response("held").traced("p", 1)
    person, other = stored(stores, held), stored(stores)
    bad = refused(person, stores)
    ended = Deactivated(person.person_id, "held", "c", 1, Ended.REPLACED, NOW, 1)
    bad = replace(bad, removed=("held",), entries=(ended,))
    good = Change(following(other), 1, (a_response("other"),), decision=a_decision(other.person_id, "fresh"))
    told = stores.ledger.timeline(person.person_id, 10)

    for changes in ([bad], [good, bad], [bad, good]):
        with pytest.raises(Conflict):
            stores.people.commit(*changes)

    assert stores.people.get(person.person_id) == person
    assert stores.people.get(other.person_id) == other
    assert list(stores.people.responses(person.person_id)) == [held]
    assert list(stores.people.responses(other.person_id)) == []
    assert stores.ledger.timeline(person.person_id, 10) == told
    assert stores.ledger.timeline(other.person_id, 10).items == []
    assert stores.people.get(bad.person.person_id) in (None, person)


@pytest.mark.parametrize("score", [None, Score("p", 50, ChangeStamp(NOW))])
def test_conditions_that_hold_let_all_of_a_change_be_written(stores: Stores, score: Score | None) -> None:
    person = stored(stores, a_response("leaves"))
    score = replace(score, person_id=person.person_id) if score else None
    if score is not None:
        stores.scores.put(score, 0)
    decision = a_decision(person.person_id)
    ended = Deactivated(person.person_id, "r", "c", 1, Ended.REPLACED, NOW - timedelta(days=1), 1)

    stores.people.commit(
        Change(
            following(person),
            1,
            (a_response("arrives"),),
            decision,
            entries=(ended,),
            removed=("leaves",),
            unchanged_score=(person.person_id, score),
        )
    )

    assert stores.people.get(person.person_id) == following(person)
    assert list(stores.people.responses(person.person_id)) == [a_response("arrives")]
    assert stores.ledger.timeline(person.person_id, 10).items == [decision, ended]
    assert stores.ledger.get(decision.decision_id) == decision
    assert stores.scores.get(person.person_id) == score


def test_the_largest_commit_that_use_cases_make_is_one_transaction(stores: Stores) -> None:
    moving = [a_response(f"r{n:02d}") for n in range(20)]
    twins = [a_response(f"twin{n:02d}") for n in range(20)]
    old, new = stored(stores, *moving), stored(stores, *twins)
    twins = [twin.traced(new.person_id, 1).traced(new.person_id, 2) for twin in twins]

    stores.people.commit(
        Change(following(new), 1, (*moving, *twins)),
        Change(following(old), 1, removed=tuple(r.response_id for r in moving)),
    )

    assert len(list(stores.people.responses(new.person_id))) == 40
    assert list(stores.people.responses(old.person_id)) == []


# --- repeats -------------------------------------------------------------------------------------------------------


def test_repeats_are_counted_by_campaign_and_no_further_than_asked(stores: Stores) -> None:
    person = stored(stores, *[a_response(f"r{n}", campaign_id="c" if n % 3 else "d") for n in range(9)])

    assert [stores.people.repeats(person.person_id, "c", limit) for limit in (1, 5, 6, 7, 25)] == [1, 5, 6, 6, 6]
    assert stores.people.repeats(person.person_id, "d", 25) == 3
    assert stores.people.repeats(person.person_id, "none", 25) == 0


def test_a_deleted_response_is_no_repeat(stores: Stores) -> None:
    person = stored(stores, a_response("r1"), a_response("r2"), a_response("gone", deleted=True))
    assert stores.people.repeats(person.person_id, "c", 25) == 2

    part = Response("r1", "c", replace(a_response().state, deleted=True))
    stores.people.commit(Change(following(person), 1, (part,)))

    assert stores.people.repeats(person.person_id, "c", 25) == 1


def test_a_response_counts_for_the_campaign_it_was_moved_to(stores: Stores) -> None:
    person = stored(stores, a_response("r1"))

    stores.people.commit(Change(following(person), 1, (a_response("r1", campaign_id="d"),)))

    assert stores.people.repeats(person.person_id, "c", 25) == 0
    assert stores.people.repeats(person.person_id, "d", 25) == 1


@pytest.mark.parametrize(
    ("limit", "expected"), [(2, ["r3", "r4"]), (4, ["r1", "r2", "r3", "r4"]), (9, ["r1", "r2", "r3", "r4"])]
)
def test_a_person_comes_with_its_last_responses(stores: Stores, limit: int, expected: list[str]) -> None:
    person = stored(stores, *(a_response(f"r{number}") for number in range(1, 5)))
    found, responses = stores.people.with_last_responses(person.person_id, limit)
    assert found == stores.people.get(person.person_id)
    assert [one.response_id for one in responses] == expected
    assert list(responses) == [stores.people.get_response(person.person_id, name) for name in expected]
    assert stores.people.with_last_responses(fresh(), limit) == (None, [])
