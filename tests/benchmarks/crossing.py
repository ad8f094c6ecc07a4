"""The CPU that one crossing costs in the built function, beside the three requests of a plain boto3 function."""

from collections.abc import Iterator, Sequence
from itertools import batched
from statistics import mean
from typing import Any

from tests.benchmarks.processes import THREE_REQUESTS, Code, Process, started
from tests.benchmarks.sampling import Spread, in_turn, ratios
from tests.benchmarks.world import World, campaign, world

WARM_UP = 30
PLAIN = "Plain"
"""The table of the plain function."""


def cpu(endpoint: str, handler: Code, units: int) -> tuple[Spread, Spread]:
    """CPU of a crossing divided by that of the three requests; and the crossing's own, in milliseconds.

    Two rounds are one sample. Taking turns, each is measured once right after itself, with the processor's caches as it
    left them, and once after the other: the two differ by a third, and each sample is to have one of both.
    """
    count = units + WARM_UP
    with world(endpoint) as here:
        people = here.copies(here.a_person(), count)
        events = [{"Records": [here.crossing(person_id)]} for person_id in people]
        fill_plain_table(here, count)
        with started(handler, here.variables) as ours, started(THREE_REQUESTS, here.variables) as theirs:

            def crossing(number: int) -> float:
                return nanoseconds(ours, events[number])

            def plain(number: int) -> float:
                return nanoseconds(theirs, plain_event(number))

            handled, compared = (two_by_two(each[WARM_UP:]) for each in in_turn(count, crossing, plain))
        assert here.reactivations() == count, "a crossing did not reactivate anybody"
        here.client.delete_table(TableName=PLAIN)
    return ratios(handled, compared), Spread.of(sample / 1e6 for sample in handled)


def two_by_two(measured: Sequence[float]) -> list[float]:
    return [mean(two) for two in batched(measured, 2, strict=True)]


def plain_event(number: int) -> dict[str, Any]:
    decision = "okahkxwix6ps3wo6-063915644100000-pyv6y3sxrqli72hn"
    return {"table": PLAIN, "person": f"P#{number}", "at": "2026-06-01T09:30:00Z", "decision": decision}


def nanoseconds(process: Process, event: dict[str, Any]) -> float:
    return float(process.ask(event))


def fill_plain_table(here: World, people: int) -> None:
    """A person of 19 attributes with five candidates, as often as asked for."""
    here.client.create_table(
        TableName=PLAIN,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    here.write(_plain_items(people), PLAIN)


def _plain_items(people: int) -> Iterator[dict[str, Any]]:
    told = {f"field_{number:02d}": {"S": f"value of field {number:02d}"} for number in range(16)}
    candidate = {
        "campaign_id": {"S": campaign(0)},
        "type": {"S": "Content"},
        "status": {"S": "Resolved - No Action Required"},
        "responded_at": {"S": "2026-05-29T09:30:00Z"},
        "received_at": {"S": "2026-05-29T09:35:00Z"},
    }
    for number in range(people):
        first = {"pk": {"S": f"P#{number}"}, "version": {"N": "1"}}
        yield {**first, "sk": {"S": "A#PERSON"}, **told}
        for row in range(5):
            yield {**first, "sk": {"S": f"C#{row}"}, **candidate}
