"""What Rekindle's work costs in requests and units: counts, the same on every run and every machine."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from rekindle.adapters.dynamodb.people_writes import response_image
from rekindle.adapters.dynamodb.stream import crossing_of
from rekindle.adapters.memory import Memory
from rekindle.adapters.memory.clicks import MemoryClicks
from rekindle.adapters.memory.webhooks import MemoryFactsQueue
from rekindle.application.assignment.time_out_assignments import TimeOutAssignments
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.reactivate_on_score import trigger_of
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.links.click import Click
from rekindle.domain.links.link import LINK, Link
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.responses.response import ALREADY_ENGAGED, DEFAULT_CLASSES, Details, Response, ResponseState
from rekindle.domain.settings.settings import Settings
from rekindle.runtime import aws
from tests.benchmarks.watch import Image, index_units, units, watched
from tests.benchmarks.world import NOW, OWNER, REASSIGNABLE, World, apply_response_change, campaign, fact
from tests.support.stream_pump import StreamPump, Subscription
from tests.support.template import event_of

STALE = timedelta(days=400)
"""Far outside of the look-back."""


@dataclass(frozen=True)
class Cost:
    operations: list[str]
    read_units: float
    write_units: int
    """Of the items of the transaction: two for each kilobyte begun of each."""
    index_units: int
    """What the tables' indexes add."""


def of_crossing(here: World, person_id: str) -> Cost:
    """One crossing that reactivates, in a warm function: settings, campaigns and owners are in its memory."""
    person, crossing = crossing_of(here.crossing(person_id)["dynamodb"])
    for number in range(5):
        aws.use_cases().ports.reference.campaign(campaign(number))
    _remember_owners()
    before: list[Image | None] = []

    def look(request: dict[str, Any]) -> None:
        before.extend(here.stored(write) for write in request.get("TransactItems", ()))

    with watched(_client(), look) as asked:
        decision = aws.use_cases().reactivate_on_score(person, crossing)
    assert decision.outcome is Outcome.REACTIVATED
    writes = asked.requests[-1]["TransactItems"]
    after = [here.stored(write) for write in writes]
    tables = [here.described(write) for write in writes]
    return Cost(
        asked.operations,
        asked.read_units,
        sum(2 * units(item) for item in after if item),
        sum(index_units(*changed) for changed in zip(before, after, tables, strict=True)),
    )


def queries_of_a_vain_search(here: World, person_id: str) -> int:
    """Queries of the person's table where no class holds a response that may take the credit."""
    person, crossing = crossing_of(here.crossing(person_id)["dynamodb"])
    with watched(_client()) as asked:
        decision = aws.use_cases().reactivate(trigger_of(person, crossing))
    assert decision.reason is Reason.NO_CANDIDATE
    asked_of = [request.get("TableName") for request in asked.requests]
    return asked_of.count(here.variables["PEOPLE_TABLE"])


def of_score_change(here: World) -> Cost:
    """A second score of a person, which crosses nothing."""
    person_id = here.a_person(1)
    here.tell(fact("Person Changed", NOW, person_id=person_id, score=10))
    return of_recording(here, fact("Person Changed", NOW + timedelta(days=1), person_id=person_id, score=20))


def of_response(here: World, **values: Any) -> Cost:
    person_id = here.a_person(1)
    return of_recording(here, apply_response_change(person_id, f"{person_id}-new", campaign(0), NOW, **values))


def of_start(here: World) -> Cost:
    """A crossing with which a lead begins to wait for an owner."""
    return of_crossing(here, _who_is_reassignable(here))


def of_completion(here: World) -> Cost:
    """The owner for whom a lead waited."""
    return of_owner_change(here, _who_waits(here))


def of_owner_change(here: World, person_id: str) -> Cost:
    return of_recording(here, fact("Person Changed", NOW + timedelta(minutes=9), person_id=person_id, owner_id=OWNER))


def of_time_out(here: World) -> Cost:
    """The deadline of a wait to which nobody answered."""
    use, person_id = aws.use_cases(), _who_waits(here)
    person = use.ports.people.get(person_id)
    assert person is not None and person.assignment is not None and person.assignment.deadline is not None
    deadline = person.assignment.deadline
    time_out = TimeOutAssignments(
        use.ports.people, use.ports.ledger, use.ports.reference, use.ports.waits, lambda: deadline
    )
    _remember_owners()
    with watched(_client()) as asked:
        ended = time_out(AssignmentTimer(person_id, person.assignment.assignment_id, deadline))
    assert ended is not None and ended.state is AssignmentState.TIMED_OUT
    written = sum(2 * units(here.stored(write) or {}) for write in asked.requests[-1]["TransactItems"])
    return Cost(asked.operations, asked.read_units, written, 0)


def of_routing(here: World, members: int) -> Cost:
    """A lead that matches no account, and a pool of so many members, each with a quota."""
    use, person_id = aws.use_cases(), _who_waits(here)
    person = use.ports.people.get(person_id)
    assert person is not None and person.assignment is not None
    stored = use.ports.reference.settings()
    assignment = {**stored.document["assignment"], "router": _router(members)}
    settings = Settings.of({**stored.document, "assignment": assignment}, stored.version)
    route = replace(use.route_leads, reference=Configured(use.ports.reference, settings))
    for member in range(members):
        use.ports.reference.user(f"u-{member}")
        use.ports.reference.queue(f"u-{member}")
    with watched(_client()) as asked:
        routing = route(person_id, person.assignment.assignment_id)
    assert routing is not None and routing.owner_id is not None
    written = sum(2 * units(here.stored(write) or {}) for write in asked.requests[-1]["TransactItems"])
    return Cost(asked.operations, asked.read_units, written, 0)


def _router(members: int) -> dict[str, Any]:
    return {
        "steps": [{"to": "account_owner"}, {"to": "pool", "pool": "all"}],
        "pools": {"all": {"members": [{"user": f"u-{n}", "quota": 1_000} for n in range(members)]}},
    }


@dataclass(frozen=True)
class Configured:
    """The reference with other settings than those that are stored."""

    reference: Reference
    other: Settings

    def settings(self) -> Settings:
        return self.other

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reference, name)


def _who_is_reassignable(here: World) -> str:
    person_id = here.a_person(1)
    taken = fact("Person Changed", NOW - timedelta(days=50), person_id=person_id, owner_id=REASSIGNABLE)
    here.tell(taken, fact("Person Changed", NOW - timedelta(days=50), person_id=person_id, score=50))
    return person_id


def _who_waits(here: World) -> str:
    person_id = _who_is_reassignable(here)
    person, crossing = crossing_of(here.crossing(person_id)["dynamodb"])
    assignment = aws.use_cases().reactivate_on_score(person, crossing).assignment
    assert assignment is not None and assignment.waits
    return person_id


def _remember_owners() -> None:
    for rule in aws.use_cases().ports.reference.settings().assignment_rules:
        for owner_id in (OWNER, rule.to, rule.fallback or rule.to, *rule.owners):
            aws.use_cases().ports.reference.user(owner_id)
            aws.use_cases().ports.reference.queue(owner_id)


def of_duplicates(here: World, others: int) -> Cost:
    """A person looked for among so many others with the same address and none with the same name."""
    person_ids = [here.a_person(1) for _ in range(others + 1)]
    address = f"{person_ids[0]}@example.com"
    for n, person_id in enumerate(person_ids):
        named = {"first_name": person_id, "last_name": f"Byron-{n}", "email": address, "phone": f"+44 20 {person_id}"}
        here.tell(fact("Person Changed", NOW, person_id=person_id, **named))
    with watched(_client()) as asked:
        assert len(aws.use_cases().find_duplicates(person_ids[0])) == others
    written = [request["Item"] for request in asked.requests if "Item" in request]
    return Cost(asked.operations, asked.read_units, sum(map(units, written)), len(written))


def of_click(here: World) -> Cost:
    """A person's click: stored, and judged a minute later, up to the response that it becomes."""
    ports, person_id = aws.use_cases().ports, here.a_person(1)
    link = Link(f"link-{person_id}", "https://www.example.com/webinar", campaign(0))
    ports.records(LINK).put(link, 0)
    ports.reference.link(link.link_id)
    memory = Memory()
    judge = replace(aws.use_cases().judge_clicks, facts=MemoryFactsQueue(memory), clicks=MemoryClicks(memory))
    click = Click(f"click-{person_id}", link.link_id, person_id, campaign(0), NOW, suspected=False)
    with watched(_client()) as asked:
        judge.store(click)
        assert judge(click)
    return Cost(asked.operations, asked.read_units, int(asked.write_units), 0)


def of_recording(here: World, envelope: dict[str, Any]) -> Cost:
    """One fact, recorded by a warm function."""
    aws.use_cases().ports.reference.settings()
    aws.use_cases().ports.reference.campaign(campaign(0))
    _remember_owners()
    with watched(_client()) as asked:
        here.tell(envelope)
    written = 0
    for operation, request in zip(asked.operations, asked.requests, strict=True):
        if operation == "TransactWriteItems":
            written += sum(2 * units(here.stored(write) or {}) for write in request["TransactItems"])
        elif operation == "PutItem":
            written += units(request["Item"])
    return Cost(asked.operations, asked.read_units, written, 0)


def invocations(here: World, changes: int, crossing_every: int) -> tuple[int, int, int]:
    """Of so many score changes: crossings, invocations of the score function, and records it was given in vain. Each
    change is delivered as soon as it is there, so that nothing is batched: the most invocations there can be."""
    described = here.client.describe_table(TableName=here.variables["SCORES_TABLE"])["Table"]
    subscription = Subscription.of(event_of("ReactivateOnScoreFunction", "DynamoDB"))
    pump = StreamPump(here.streams, described["LatestStreamArn"], subscription)
    vain: list[Any] = []

    def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
        images = [record["dynamodb"]["NewImage"] for record in event["Records"]]
        vain.extend(image for image in images if image["crossing"] != {"S": "up"})
        return {"batchItemFailures": []}

    pump.drain(handler)
    earlier, crossings = len(pump.invocations), 0
    for number in range(changes):
        crosses = number % crossing_every == 0
        score = 70 if crosses else 10 + number % 50 if number % crossing_every != 1 else 0
        crossings += crosses
        at = NOW + timedelta(minutes=number)
        here.tell(fact("Person Changed", at, person_id="00Q5g0000SCORED000", score=score))
        pump.drain(handler)
    return crossings, len(pump.invocations) - earlier, len(vain)


# --- histories -----------------------------------------------------------------------------------------------------


def a_history(here: World, responses: int, *, stale: bool = False) -> str:
    """A person with so many responses: of ten, six never engaged, two formerly engaged, one new, and one that the
    search does not see. `stale`: all are older than the look-back."""
    person_id = here.a_person(0)
    person = aws.use_cases().ports.people.get(person_id)
    assert person is not None
    class_map = aws.use_cases().ports.reference.settings().class_map
    after = replace(person, version=person.version + 1, responses=responses, classes=class_map)
    aws.use_cases().ports.people.commit(Change(after, person.version))
    here.write(response_image(Person(person_id), r, DEFAULT_CLASSES) for r in _responses(person_id, responses, stale))
    return person_id


def _responses(person_id: str, count: int, stale: bool) -> Iterator[Response]:
    statuses = [ALREADY_ENGAGED] * 6 + ["Nurture"] * 2 + [None, "Working"]
    details = Details(member_status="Downloaded", channel="web", source_code="google-cpc", recorded_at=NOW)
    for number in range(count):
        at = NOW - timedelta(minutes=7 * number + 10) - (STALE if stale else timedelta())
        state = ResponseState(True, at, at + timedelta(minutes=5), statuses[number % len(statuses)])
        response = Response(f"{person_id}-{number}", campaign(number % 5), state, details)
        yield response.traced(person_id, 2)


def _client() -> Any:
    people: Any = aws.use_cases().ports.people
    return people.connection.client
