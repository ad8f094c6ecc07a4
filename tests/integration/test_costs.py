"""What work costs, as counts: requests, capacity units, clients, invocations. They are the same on every run and on
every machine, so they are promises; `make bench` prints them beside what is measured (docs/performance.md)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.benchmarks import clicks, cold, costs
from tests.benchmarks.processes import PACKAGES, Code
from tests.benchmarks.watch import index_units, size
from tests.benchmarks.world import NOW, World, fact, world
from tests.support.dynamodb_local import dynamodb_local

pytestmark = pytest.mark.dynamodb_local

ROOT = Path(__file__).parents[2]
LENGTHS = (10, 1_000, 3_000)


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    with dynamodb_local() as endpoint, world(endpoint) as here:
        yield here


def test_a_crossing_costs_the_same_after_any_history(here: World) -> None:
    each = [costs.of_crossing(here, costs.a_history(here, length)) for length in LENGTHS]

    assert each == [costs.Cost(["Query", "TransactWriteItems"], read_units=1, write_units=6, index_units=5)] * 3


def test_a_search_that_finds_nothing_asks_once_for_each_class(here: World) -> None:
    assert costs.queries_of_a_vain_search(here, costs.a_history(here, 1_000, stale=True)) == 3


def test_a_score_that_crosses_nothing_costs_one_read_and_one_write(here: World) -> None:
    assert costs.of_score_change(here) == costs.Cost(["GetItem", "PutItem"], read_units=1, write_units=1, index_units=0)


def test_a_response_is_recorded_and_decided_on_in_four_requests(here: World) -> None:
    cost = costs.of_response(here)

    assert cost.operations == ["BatchGetItem", "GetItem", "GetItem", "TransactWriteItems"]
    assert cost.write_units == 10


def test_a_source_code_costs_one_request_more(here: World) -> None:
    plain, with_code = costs.of_response(here), costs.of_response(here, source_code="google-cpc")

    assert sorted(with_code.operations) == sorted([*plain.operations, "Query"])


def test_an_assignment_begins_with_no_request_more_than_the_activation(here: World) -> None:
    start, crossing = costs.of_start(here), costs.of_crossing(here, costs.a_history(here, 10))
    assert (start.operations, start.write_units) == (crossing.operations, crossing.write_units)


def test_an_assignment_is_completed_with_the_requests_of_any_change_of_owner(here: World) -> None:
    waited, other = costs.of_completion(here), costs.of_owner_change(here, here.a_person(1))

    assert waited.operations == other.operations == ["BatchGetItem", "TransactWriteItems"]
    assert (waited.write_units, other.write_units) == (4, 2)


def test_a_deadline_costs_one_read_and_one_transaction(here: World) -> None:
    assert costs.of_time_out(here) == costs.Cost(["BatchGetItem", "TransactWriteItems"], 1, 4, 0)


def test_a_lead_is_routed_with_the_same_requests_however_many_members_the_pool_has(here: World) -> None:
    few, many = costs.of_routing(here, 2), costs.of_routing(here, 50)

    matched = ["Query"] * 5  # Contacts with the address, accounts of the domain, of the name, of names like it.
    drawn = ["UpdateItem", "GetItem"]  # The turn, and what the member has of its quota.
    assert few.operations == many.operations == ["BatchGetItem", *matched, *drawn, "TransactWriteItems"]
    assert few.write_units == many.write_units == 8


def test_who_else_a_person_may_be_costs_three_small_queries_and_a_read_and_a_write_for_each_found(here: World) -> None:
    alone, found = costs.of_duplicates(here, 0), costs.of_duplicates(here, 2)

    looked = ["BatchGetItem", "Query", "Query", "Query"]
    assert alone == costs.Cost(looked, read_units=2.5, write_units=0, index_units=0)
    assert sorted(found.operations) == sorted([*looked, *["BatchGetItem", "PutItem"] * 2])
    assert (found.write_units, found.index_units) == (2, 2)


def test_a_change_that_leaves_who_somebody_is_costs_what_it_did(here: World) -> None:
    person_id = here.a_person(1)
    same, new = (
        costs.of_recording(here, fact("Person Changed", NOW + timedelta(days=n), person_id=person_id, **values))
        for n, values in enumerate([{"fields": {"region": "EMEA"}}, {"company": "Engines Ltd"}], start=1)
    )
    assert same == new == costs.Cost(["BatchGetItem", "TransactWriteItems"], 1, 2, same.index_units)


def test_a_click_costs_what_the_table_of_clicks_counts(here: World) -> None:
    cost = costs.of_click(here)

    assert cost.operations == ["Query", "PutItem", "PutItem", "Query"]
    assert (cost.read_units, cost.write_units) == clicks.CLICK_UNITS


def test_what_crosses_nothing_invokes_nothing(here: World) -> None:
    crossings, invocations, vain = costs.invocations(here, changes=120, crossing_every=20)

    assert (crossings, invocations, vain) == (6, 6, 0)


@pytest.mark.parametrize("function", ["reactivate_on_score", "record_crm_changes", "show_records", "put_facts"])
def test_a_function_opens_one_client(here: World, function: str) -> None:
    name = "".join(word.capitalize() for word in function.split("_")) + "Function"
    source = [str(ROOT / "functions" / function), str(ROOT / "layers" / "rekindle"), PACKAGES]

    assert cold.told(here, Code("handler", source), cold.events(here, 1)[name])["clients"] == 1


def test_sizes_and_index_units_are_counted_as_dynamodb_counts_them() -> None:
    table = {
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "LocalSecondaryIndexes": [
            {
                "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["p"]},
            }
        ],
    }
    item = {"k": {"S": "ä"}, "s": {"S": "1"}, "p": {"N": "-12.50"}, "q": {"L": [{"S": "ab"}]}}

    assert size(item) == (1 + 2) + (1 + 1) + (1 + 3) + (1 + 3 + 1 + 2)
    assert index_units(None, item, table) == 1
    assert index_units(item, {**item, "q": {"L": []}}, table) == 0
    assert index_units(item, {**item, "p": {"N": "2"}}, table) == 1
    assert index_units(item, {**item, "s": {"S": "2"}}, table) == 2
    assert index_units(item, {"k": item["k"]}, table) == 1
