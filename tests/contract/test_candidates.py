"""The search's index: it holds exactly the candidates, best first, whatever happened to them before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.dynamodb.candidates import HEAD, PAGE, cand
from rekindle.domain.people.person import Engagement, Person, Profile
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.search import grouped_by_class
from rekindle.domain.responses.response import DEFAULT_CLASSES, Details, Response, ResponseClass, ResponseState
from rekindle.domain.settings.settings import Settings
from tests.contract.conftest import REAL_ENGINE
from tests.contract.requests import Requests
from tests.contract.stores import NOW, Stores, Tables
from tests.contract.values import fresh, quickly, standings

RESPONDED = (ResponseClass.NEW, ResponseClass.NEVER_ENGAGED, ResponseClass.FORMERLY_ENGAGED)
STATUS_OF = {
    ResponseClass.NEW: None,
    ResponseClass.NEVER_ENGAGED: "Resolved - Already Engaged",
    ResponseClass.FORMERLY_ENGAGED: "Nurture",
}
OTHER_CLASSES: Mapping[str, ResponseClass | None] = {
    **DEFAULT_CLASSES,
    "Nurture": ResponseClass.NEVER_ENGAGED,
    "Recycled": None,
    "Disqualified": ResponseClass.FORMERLY_ENGAGED,
}


def a_candidate(
    response_id: str, response_class: ResponseClass = ResponseClass.NEW, *, days_ago: float = 1, **state: object
) -> Response:
    at = NOW - timedelta(days=days_ago)
    responded = response_class is not ResponseClass.NON_RESPONSE
    values: dict[str, object] = {
        "responded": responded,
        "responded_at": at if responded else None,
        "received_at": at,
        "status": STATUS_OF.get(response_class),
    }
    return Response(response_id, "c", ResponseState(**{**values, **state}), Details())  # type: ignore[arg-type]


def a_person(stores: Stores, *responses: Response) -> str:
    """A person whose responses are more than one transaction can write."""
    person_id = fresh()
    stores.people.commit(Change(Person(person_id, version=1), 0, responses[:45]))
    add(stores, person_id, *responses[45:])
    return person_id


def add(
    stores: Stores, person_id: str, *responses: Response, classes: Mapping[str, ResponseClass | None] = DEFAULT_CLASSES
) -> None:
    for start in range(0, len(responses), 45):
        person = stores.people.get(person_id)
        assert person is not None
        after = replace(person, version=person.version + 1)
        stores.people.commit(Change(after, person.version, responses[start : start + 45], classes=classes))


def found(stores: Stores, person_id: str, response_class: ResponseClass, newest: datetime = NOW) -> list[str]:
    return [r.response_id for r in stores.people.candidates(person_id).candidates_of(response_class, newest)]


def part(responses: Sequence[Response]) -> list[Response]:
    return [replace(r, details=None, trail=()) for r in responses]


# --- what is found -------------------------------------------------------------------------------------------------


def test_the_search_sees_its_own_part_of_person_and_response(stores: Stores) -> None:
    engagement = Engagement("r", "c", 1, NOW, "d", "score")
    person = Person(fresh(), 1, "contact", active=engagement, responses=1, profile=Profile(email="a@example.com"))
    response = replace(a_candidate("r"), details=Details(channel="web")).traced(person.person_id, 1)
    stores.people.commit(Change(person, 0, (response,)))

    candidates = stores.people.candidates(person.person_id)

    assert candidates.person == replace(person, profile=None)
    assert list(candidates.candidates_of(ResponseClass.NEW, NOW)) == [replace(response, details=None, trail=())]


def test_each_class_is_found_by_itself(stores: Stores) -> None:
    person_id = a_person(stores, *[a_candidate(c.value, c) for c in ResponseClass])

    assert {c: found(stores, person_id, c) for c in ResponseClass} == {c: [c.value] for c in ResponseClass}


def test_the_newest_comes_first_then_the_latest_received_then_the_lowest_id(stores: Stores) -> None:
    early, late = NOW - timedelta(days=9), NOW - timedelta(milliseconds=1)
    person_id = a_person(
        stores,
        a_candidate("old", days_ago=8),
        a_candidate("new", days_ago=2),
        a_candidate("newest", days_ago=1),
        a_candidate("tied-b", days_ago=5, received_at=early),
        a_candidate("tied-a", days_ago=5, received_at=early),
        a_candidate("tied-but-received-later", days_ago=5, received_at=late),
    )

    expected = ["newest", "new", "tied-but-received-later", "tied-a", "tied-b", "old"]
    assert found(stores, person_id, ResponseClass.NEW) == expected


def test_a_candidate_dated_after_the_instant_is_left_out(stores: Stores) -> None:
    person_id = a_person(
        stores,
        a_candidate("future", days_ago=-1),
        a_candidate("a moment later", days_ago=-1 / 86_400_000),
        a_candidate("now", days_ago=0),
        a_candidate("past", days_ago=1),
    )

    assert found(stores, person_id, ResponseClass.NEW) == ["now", "past"]
    assert found(stores, person_id, ResponseClass.NEW, NOW - timedelta(days=1)) == ["past"]
    assert found(stores, person_id, ResponseClass.NEW, NOW - timedelta(days=2)) == []


def test_what_cannot_take_the_credit_by_itself_is_not_found(stores: Stores) -> None:
    person_id = a_person(
        stores,
        a_candidate("deleted", deleted=True),
        a_candidate("reactivated", reactivated_at=NOW),
        a_candidate("working", status="Working"),
    )

    assert [found(stores, person_id, c) for c in ResponseClass] == [[], [], [], []]


def test_a_class_of_several_pages_is_found_to_its_end(stores: Stores) -> None:
    many = HEAD + PAGE + 7
    for response_class in ResponseClass:
        names = [fresh(f"r{n:03d}") for n in range(many)]
        responses = [a_candidate(name, response_class, days_ago=n + 1) for n, name in enumerate(names)]
        # There is something of every other class, and in the future.
        others = [
            a_candidate(fresh(c), c, days_ago=n) for c in ResponseClass if c is not response_class for n in (-1, 1)
        ]
        futures = [a_candidate(fresh("f"), response_class, days_ago=-1 - n) for n in range(HEAD + 3)]
        person_id = a_person(stores, *responses, *others, *futures)

        assert found(stores, person_id, response_class) == names
        assert found(stores, person_id, response_class, NOW - timedelta(days=HEAD + 5)) == names[HEAD + 4 :]


def test_a_page_that_ends_with_a_class_hides_nothing(stores: Stores) -> None:
    for size in (HEAD - 1, HEAD, HEAD + 1):
        names = [fresh(f"r{n:03d}") for n in range(size)]
        responses = [a_candidate(name, days_ago=n + 1) for n, name in enumerate(names)]
        person_id = a_person(stores, *responses, a_candidate(f"next{size}", ResponseClass.NEVER_ENGAGED))

        assert found(stores, person_id, ResponseClass.NEW) == names
        assert found(stores, person_id, ResponseClass.NEVER_ENGAGED) == [f"next{size}"]
        assert found(stores, person_id, ResponseClass.FORMERLY_ENGAGED) == []


@pytest.mark.parametrize("stores", ["memory", REAL_ENGINE], indirect=True)
@quickly
@given(st.data())
def test_after_any_changes_exactly_the_candidates_are_found(stores: Stores, data: st.DataObject) -> None:
    """The index is what the whole history gives, after responses came, changed whole or in part, and left.

    Not on moto, where it takes half a minute: the same on the real engine says more.
    """
    person_id = a_person(stores)
    names = [fresh(f"r{n:02d}") for n in range(HEAD + 4)]
    for _ in range(data.draw(st.integers(1, 4))):
        person = stores.people.get(person_id)
        assert person is not None
        held = {r.response_id for r in stores.people.responses(person_id)}
        changing = data.draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names)))
        leaving = data.draw(st.sets(st.sampled_from(names), max_size=2)) - set(changing)
        responses = tuple(
            Response(name, data.draw(st.sampled_from(["c", "d", ""])), data.draw(standings(NOW)), details)
            for name in changing
            for details in [None if name in held and data.draw(st.booleans()) else Details()]
        )
        after = replace(person, version=person.version + 1)
        stores.people.commit(Change(after, person.version, responses, removed=tuple(leaving)))

    history = list(stores.people.responses(person_id))
    by_class = grouped_by_class([r for r in history if r.state.reactivated_at is None], DEFAULT_CLASSES)
    newest = NOW + timedelta(days=data.draw(st.integers(-4, 4)))
    for response_class in ResponseClass:
        expected = part([r for r in by_class(response_class) if r.state.effective_at <= newest])
        assert list(stores.people.candidates(person_id).candidates_of(response_class, newest)) == expected
    for campaign_id in ("c", "d"):
        live = [r for r in history if r.campaign_id == campaign_id and not r.state.deleted]
        assert stores.people.repeats(person_id, campaign_id, 100) == len(live)
    if isinstance(stores, Tables):
        assert index_of(stores, person_id) == {"0", *(key for r in history if (key := cand(r, DEFAULT_CLASSES)))}


def index_of(tables: Tables, person_id: str) -> set[str]:
    rows = tables.client.query(
        TableName=tables.names.people,
        IndexName="cand",
        KeyConditionExpression="person_id = :p",
        ExpressionAttributeValues={":p": {"S": person_id}},
    )["Items"]
    return {row["cand"]["S"] for row in rows}


# --- another map from status to class ------------------------------------------------------------------------------


def test_the_index_is_written_anew_under_another_map(stores: Stores) -> None:
    statuses = ["Nurture", "Recycled", "Disqualified", "Resolved - Already Engaged", None]
    many = [
        a_candidate(f"r{n:03d}", days_ago=n + 1, status=statuses[n % len(statuses)]).traced("p", 1) for n in range(130)
    ]
    person_id = a_person(stores, *many)
    before = stores.people.candidates(person_id).person
    assert before is not None
    if not isinstance(stores, Tables):
        stores.versions.put({"response_statuses": OTHER_CLASSES}, 0, NOW)  # Memory has no index: it asks the settings.

    assert stores.people.reindex(before, OTHER_CLASSES, "other", NOW)

    person = stores.people.get(person_id)
    assert person is not None
    assert person.version > before.version
    assert person == replace(before, version=person.version, classes="other", profile=Profile())
    by_class = grouped_by_class(many, OTHER_CLASSES)
    for response_class in ResponseClass:
        assert found(stores, person_id, response_class) == [r.response_id for r in by_class(response_class)]
    assert list(stores.people.responses(person_id)) == many


def test_an_index_written_under_two_maps_is_known_to_be_of_none(stores: Stores) -> None:
    one, other = Settings(), Settings(classes=OTHER_CLASSES)
    first = Person(fresh(), 1, responses=1, classes=one.class_map)
    second, third = replace(first, version=2, owner_id="u"), replace(first, version=3, responses=2)

    stores.people.commit(Change(first, 0, (a_candidate("r1"),)).indexed_by(one))
    stores.people.commit(Change(second, 1).indexed_by(other))
    before = stores.people.get(first.person_id)
    stores.people.commit(Change(third, 2, (a_candidate("r2"),)).indexed_by(other))
    after = stores.people.get(first.person_id)

    assert before is not None and before.classes == one.class_map
    assert after is not None and after.classes == ""


# --- what it costs -------------------------------------------------------------------------------------------------


def realistic(number: int, response_class: ResponseClass = ResponseClass.NEVER_ENGAGED) -> Response:
    """A candidate with ids as long as a CRM's own."""
    response = a_candidate(f"00v4x{number:013d}", response_class, days_ago=1 + number / 100, activated_at=NOW)
    return replace(response, campaign_id="7014x000000ABCDAA1")


def test_the_best_candidates_cost_one_read_unit_at_any_length_of_history(real_tables: Tables) -> None:
    for size in (1, 10, 300):
        person_id = a_person(real_tables, *[realistic(1_000 * size + n) for n in range(size)])
        with Requests(real_tables.client) as requests:
            assert next(iter(real_tables.people.candidates(person_id).candidates_of(ResponseClass.NEVER_ENGAGED, NOW)))

        assert requests.names == ["Query"]
        assert requests.capacity == 1.0


def test_classes_that_are_not_there_cost_no_further_request(tables: Tables) -> None:
    person_id = a_person(tables, *[realistic(n) for n in range(HEAD - 1)])

    with Requests(tables.client) as requests:
        candidates = tables.people.candidates(person_id)
        for response_class in RESPONDED:
            list(candidates.candidates_of(response_class, NOW))

    assert requests.names == ["Query"]


def test_those_who_did_not_respond_cost_nothing_until_they_are_asked_for(tables: Tables) -> None:
    person_id = a_person(tables, *[realistic(n, ResponseClass.NON_RESPONSE) for n in range(200)], realistic(200))

    with Requests(tables.client) as requests:
        candidates = tables.people.candidates(person_id)
        for response_class in RESPONDED:
            list(candidates.candidates_of(response_class, NOW))
    assert requests.names == ["Query"]

    with Requests(tables.client) as requests:
        assert next(iter(candidates.candidates_of(ResponseClass.NON_RESPONSE, NOW))).response_id
    assert requests.names == ["Query"]


def test_candidates_in_the_future_are_passed_over_without_being_read(tables: Tables) -> None:
    futures = [
        replace(
            realistic(n),
            response_id=f"f{n}",
            state=replace(realistic(n).state, responded_at=NOW + timedelta(days=n + 1)),
        )
        for n in range(200)
    ]
    person_id = a_person(tables, *futures, realistic(1))

    with Requests(tables.client) as requests:
        candidates = tables.people.candidates(person_id)
        best = next(iter(candidates.candidates_of(ResponseClass.NEVER_ENGAGED, NOW)))

    assert best.response_id == realistic(1).response_id
    assert requests.names == ["Query", "Query"]
