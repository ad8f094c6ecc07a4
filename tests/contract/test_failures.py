"""What DynamoDB refuses, or cannot do now, reaches the use cases as Conflict, Refusal or Unavailable
and as nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from rekindle.adapters.aws.scheduler import Schedules
from rekindle.adapters.dynamodb.connection import bind
from rekindle.adapters.dynamodb.tables import LedgerItem, PeopleItem, ReferenceItem, ScoreItem
from rekindle.adapters.dynamodb.timers import ScheduledReactivationTimers
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.core.errors import Conflict, Refusal, TooLarge, Unavailable
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation import request
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.timer import ReactivationTimer
from rekindle.domain.records.account import ACCOUNT, Account
from rekindle.domain.records.queue import QUEUE, Queue
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.user import USER, User
from rekindle.domain.responses.response import DEFAULT_CLASSES
from tests.contract import stores as technologies
from tests.contract.stores import NOW, Tables
from tests.contract.test_ledger import a_decision

Call = Callable[[Tables], object]


def no_scheduler() -> None:
    raise AssertionError("the item comes first: without it there is nothing to schedule")


UNSCHEDULED = ScheduledReactivationTimers(
    Schedules(no_scheduler, no_scheduler, "group", "queue", "", "role", "failures", lambda: NOW)
)
TIMER = ReactivationTimer("p", ChangeStamp(NOW), NOW)

READS: dict[str, tuple[str, Call]] = {
    "people.get": ("batch_get_item", lambda t: t.people.get("p")),
    "people.get_response": ("batch_get_item", lambda t: t.people.get_response("p", "r")),
    "people.load": ("batch_get_item", lambda t: t.people.load("p", "r")),
    "people.responses": ("query", lambda t: list(t.people.responses("p"))),
    "people.newest_responses": ("query", lambda t: t.people.newest_responses("p", 2)),
    "people.candidates": ("query", lambda t: t.people.candidates("p")),
    "people.repeats": ("query", lambda t: t.people.repeats("p", "c", 25)),
    "people.assigned": ("query", lambda t: t.people.assigned(AssignmentState.PENDING, 10)),
    "people.owner_of_response": ("get_item", lambda t: t.people.owner_of_response("r")),
    "people.reindex": ("query", lambda t: t.people.reindex(Person("p", 1), DEFAULT_CLASSES, "m", NOW)),
    "scores.get": ("get_item", lambda t: t.scores.get("p")),
    "ledger.get": ("get_item", lambda t: t.ledger.get("p-1-2")),
    "ledger.remember": ("put_item", lambda t: t.ledger.remember(request.Call("key", "content", NOW))),
    "ledger.decisions": ("query", lambda t: t.ledger.decisions("p", 10)),
    "ledger.timeline": ("query", lambda t: t.ledger.timeline("p", 10)),
    "campaigns.get": ("query", lambda t: t.records(CAMPAIGN).get("c")),
    "accounts.get": ("query", lambda t: t.records(ACCOUNT).get("a")),
    "directory.listed": ("query", lambda t: t.directory.listed("domain#a.example", 5)),
    "contacts.having": ("query", lambda t: t.contacts.having("a@a.example", 5)),
    "queues.get": ("query", lambda t: t.records(QUEUE).get("q")),
    "users.get": ("query", lambda t: t.records(USER).get("u")),
    "versions.current": ("query", lambda t: t.versions.current()),
    "versions.get": ("query", lambda t: t.versions.get(1)),
    "versions.versions": ("query", lambda t: t.versions.versions(10)),
    "reference.settings": ("query", lambda t: t.reference.settings()),
    "reference.settings_at": ("query", lambda t: t.reference.settings_at(1)),
    "reference.campaign": ("query", lambda t: t.reference.campaign("c")),
    "reference.campaign_at": ("query", lambda t: t.reference.campaign_at("c", NOW)),
    "reference.account": ("query", lambda t: t.reference.account("a")),
    "reference.queue": ("query", lambda t: t.reference.queue("q")),
    "reference.user": ("query", lambda t: t.reference.user("u")),
    "sent_notifications.claim": ("put_item", lambda t: t.sent_notifications.claim("n", NOW)),
    "timers.overdue": ("query", lambda t: UNSCHEDULED.overdue(NOW, 10)),
}
WRITES: dict[str, tuple[str, Call]] = {
    "timers.set": ("put_item", lambda t: UNSCHEDULED.set(TIMER)),
    "timers.done": ("delete_item", lambda t: UNSCHEDULED.done(TIMER)),
    "sent_notifications.sent": ("put_item", lambda t: t.sent_notifications.sent("n", NOW)),
    "people.record_tombstone": ("put_item", lambda t: t.people.record_tombstone("r", ChangeStamp(NOW), None)),
    "scores.put": ("put_item", lambda t: t.scores.put(Score("p", 1, ChangeStamp(NOW)), 0)),
    "campaigns.put": ("put_item", lambda t: t.records(CAMPAIGN).put(Campaign("c"), 1)),
    "queues.put": ("put_item", lambda t: t.records(QUEUE).put(Queue("q"), 0)),
    "users.put": ("put_item", lambda t: t.records(USER).put(User("u"), 0)),
    "versions.put": ("put_item", lambda t: t.versions.put({}, 0, NOW)),
}
OTHERS: dict[str, tuple[str, Call]] = {
    "campaigns.put, a new one with its place in the list": (
        "transact_write_items",
        lambda t: t.records(CAMPAIGN).put(Campaign("c"), 0),
    ),
    "accounts.put": ("query", lambda t: t.records(ACCOUNT).put(Account("a"), 0)),
    "contacts.add": ("put_item", lambda t: t.contacts.add("a@a.example", "p", 1)),
    "contacts.remove": ("delete_item", lambda t: t.contacts.remove("a@a.example", "p", 1)),
}
"""Writes that begin by reading, transactions, or those to which a condition that does not hold is an answer."""
BUSY = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "InternalServerError")


@pytest.fixture(scope="module")
def tables() -> Iterator[Tables]:
    with technologies.moto() as tables:
        yield tables


def refusing(tables: Tables, operation: str, code: str, **fields: Any) -> Stubber:
    stub = Stubber(tables.client)
    stub.add_client_error(operation, code, "no", 400, modeled_fields=fields or None)
    return stub


def cancelling(tables: Tables, reasons: list[dict[str, str]]) -> Stubber:
    return refusing(tables, "transact_write_items", "TransactionCanceledException", CancellationReasons=reasons)


def commit(tables: Tables) -> None:
    tables.people.commit(Change(Person("p", 1), 0, decision=a_decision("p")))


@pytest.mark.parametrize("code", BUSY)
@pytest.mark.parametrize(
    ("operation", "call"), [*READS.values(), *WRITES.values(), *OTHERS.values()], ids=[*READS, *WRITES, *OTHERS]
)
def test_a_service_that_is_busy_is_unavailable(tables: Tables, operation: str, call: Call, code: str) -> None:
    with refusing(tables, operation, code), pytest.raises(Unavailable, match=code):
        call(tables)


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "TransactionConflictException"])
@pytest.mark.parametrize(("operation", "call"), WRITES.values(), ids=[*WRITES])
def test_a_write_that_met_another_is_a_conflict(tables: Tables, operation: str, call: Call, code: str) -> None:
    with refusing(tables, operation, code), pytest.raises(Conflict):
        call(tables)


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("code", ["ConditionalCheckFailed", "TransactionConflict"])
def test_a_transaction_that_met_another_is_a_conflict(tables: Tables, code: str, position: int) -> None:
    reasons = [{"Code": "None"}, {"Code": "None"}]
    reasons[position] = {"Code": code, "Message": "no"}

    with cancelling(tables, reasons), pytest.raises(Conflict):
        commit(tables)


@pytest.mark.parametrize(
    "code", ["ThrottlingError", "ProvisionedThroughputExceeded", "ItemCollectionSizeLimitExceeded"]
)
def test_a_transaction_cancelled_for_want_of_room_is_unavailable(tables: Tables, code: str) -> None:
    reasons = [{"Code": "None"}, {"Code": code, "Message": "no"}]

    with cancelling(tables, reasons), pytest.raises(Unavailable, match=code):
        commit(tables)


@pytest.mark.parametrize("code", [*BUSY, "ResourceNotFoundException"])
def test_a_transaction_that_is_refused_is_unavailable(tables: Tables, code: str) -> None:
    with refusing(tables, "transact_write_items", code), pytest.raises(Unavailable, match=code):
        commit(tables)


TOO_LARGE = "Item size to update has exceeded the maximum allowed size"


@pytest.mark.parametrize(("message", "code"), [(TOO_LARGE, "TOO_LARGE"), ("One or more parameter values", "REFUSED")])
@pytest.mark.parametrize(("operation", "call"), WRITES.values(), ids=[*WRITES])
def test_what_can_never_be_taken_is_refused(
    tables: Tables, operation: str, call: Call, message: str, code: str
) -> None:
    stub = Stubber(tables.client)
    stub.add_client_error(operation, "ValidationException", message, 400)
    with stub, pytest.raises(Refusal) as raised:
        call(tables)
    assert raised.value.code == code


def test_a_transaction_with_an_item_too_large_is_refused(tables: Tables) -> None:
    reasons = [{"Code": "None"}, {"Code": "ValidationError", "Message": TOO_LARGE}]

    with cancelling(tables, reasons), pytest.raises(TooLarge):
        commit(tables)


@pytest.mark.parametrize("code", ["ConditionalCheckFailed", "TransactionConflict"])
def test_an_account_that_was_changed_while_it_was_written_is_a_conflict(tables: Tables, code: str) -> None:
    stub = Stubber(tables.client)
    stub.add_response("query", {"Items": [], "Count": 0, "ScannedCount": 0})
    reasons = [{"Code": code, "Message": "no"}]
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        "no",
        400,
        modeled_fields={"CancellationReasons": reasons},
    )
    with stub, pytest.raises(Conflict):
        tables.records(ACCOUNT).put(Account("a"), 0)


def test_a_transaction_still_in_progress_is_a_conflict(tables: Tables) -> None:
    with refusing(tables, "transact_write_items", "TransactionInProgressException"), pytest.raises(Conflict):
        commit(tables)


def test_a_decision_that_met_a_transaction_and_is_not_stored_is_a_conflict(tables: Tables) -> None:
    stub = refusing(tables, "put_item", "TransactionConflictException")
    stub.add_response("get_item", {})

    with stub, pytest.raises(Conflict):
        tables.ledger.add(a_decision("p"))


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://nowhere"),
        ConnectTimeoutError(endpoint_url="http://nowhere"),
        ReadTimeoutError(endpoint_url="http://nowhere"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(
    "call",
    [*(call for _, call in [*READS.values(), *WRITES.values(), *OTHERS.values()]), commit],
    ids=[*READS, *WRITES, *OTHERS, "commit"],
)
def test_a_service_out_of_reach_is_unavailable(tables: Tables, call: Call, error: Exception) -> None:
    def out_of_reach(**_: object) -> None:
        raise error

    tables.client.meta.events.register("before-call.dynamodb", out_of_reach)
    try:
        with pytest.raises(Unavailable, match=type(error).__name__):
            call(tables)
    finally:
        tables.client.meta.events.unregister("before-call.dynamodb", out_of_reach)


def test_a_write_that_is_sent_again_by_the_client_is_done_once(tables: Tables) -> None:
    """Each transaction carries a token of its own, by which the service knows a second sending."""
    sent = []
    tables.client.meta.events.register(
        "before-call.dynamodb.TransactWriteItems", lambda params, **_: sent.append(params["body"])
    )

    commit(tables)

    assert "ClientRequestToken" in str(sent[0])


def test_all_models_share_the_one_client_of_the_last_binding(tables: Tables) -> None:
    models = (PeopleItem, ScoreItem, LedgerItem, ReferenceItem)
    for _ in range(2):
        client = technologies.open_client()
        connection = bind(client, tables.names)

        assert {id(model._get_connection().connection) for model in models} == {id(connection)}
        assert connection.client is client
        client.close()
    bind(tables.client, tables.names)
