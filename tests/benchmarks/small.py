"""Work that is too small for a process of its own: decoding a record of the stream, telling of a decision."""

import json
import os
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from rekindle.adapters.dynamodb.stream import crossing_of
from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.settings.settings import Scenario
from rekindle.runtime.observability import log_decision, logger, metrics
from tests.benchmarks.sampling import Spread, in_turn, ratios
from tests.benchmarks.world import NOW, stream_record

REPEATS = 2_000


def microseconds(work: Callable[[], Any]) -> float:
    began = time.process_time_ns()
    for _ in range(REPEATS):
        work()
    return (time.process_time_ns() - began) / REPEATS / 1e3


def decode(rounds: int, *, whole: bool) -> Spread:
    """Decoding a crossing, divided by reading the record's JSON. `whole`: the record has 20 attributes and the image
    before beside the one after, as a table with a person's record has; ours is a fifth of that."""
    record = score_record(whole)
    text = json.dumps(record)
    # Partials, since a lambda around each call would be a twentieth of what is measured.
    decoded, read = partial(crossing_of, record["dynamodb"]), partial(json.loads, text)
    ours, base = in_turn(rounds, lambda _: microseconds(decoded), lambda _: microseconds(read))
    return ratios(ours, base)


def score_record(whole: bool) -> dict[str, Any]:
    stamp = "2026-06-01T09:30:00Z|||6cd3fe1a0eba9d3a"
    image = {
        "person_id": {"S": "00Q5g00000ABCDEAA4"},
        "version": {"N": "4"},
        "score": {"N": "72"},
        "mark": {"S": stamp},
        "crossing": {"S": "up"},
        "crossed_from": {"N": "41"},
        "crossed_to": {"N": "72"},
        "crossed_mark": {"S": stamp},
    }
    if whole:
        image |= {f"attribute_{number:02d}": {"S": f"value of attribute {number:02d}"} for number in range(12)}
    record = stream_record("ScoresTable", {"person_id": image["person_id"]}, image)
    if whole:
        record["dynamodb"]["OldImage"] = image
    return record


def telling(rounds: int) -> Spread:
    """Microseconds for the line in the log and the metrics of one decision."""
    decision = Decision(
        decision_id="7280755ec8bf9f2dd9de-063915903000000-8c08870b61df6a18d402",
        person_id="00Q5g00000ABCDEAA4",
        scenario=Scenario.SCORE,
        outcome=Outcome.REACTIVATED,
        reason=None,
        trigger_id="score:2026-06-01T09:30:00Z:72",
        as_of=NOW,
        decided_at=NOW + timedelta(seconds=1),
        settings_version=7,
        person_version=12,
    )

    def tell() -> None:
        log_decision(replace(decision))
        metrics.flush_metrics()

    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        before = logger.registered_handler.setStream(nowhere)
        try:
            return Spread.of(microseconds(tell) for _ in range(rounds))
        finally:
            logger.registered_handler.setStream(before)
