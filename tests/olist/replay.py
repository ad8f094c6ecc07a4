"""Plays events through the functions' own handlers, over the stores in memory, as Lambda's queue and stream would."""

import json
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from itertools import groupby
from os import devnull
from types import SimpleNamespace
from typing import Any

import pytest

from functions.reactivate_on_score import app as reactivate_on_score
from functions.record_crm_changes import app as record_crm_changes
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.decision import Decision
from rekindle.runtime import aws
from rekindle.runtime.observability import logger
from tests.support.builders import Rekindle

BATCH = 10
QUEUE = "arn:aws:sqs:eu-central-1:000000000000:crm-changes"
CONTEXT = SimpleNamespace(
    function_name="replayed",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:replayed",
    aws_request_id="1",
)


class Crashed(Exception):
    """A handler that did its work, and was ended before it could say so."""


class Queue:
    """Takes what the handlers ask of SQS: a later delivery, and a place for what is refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def change_message_visibility(self, **_: Any) -> None:
        """The next delivery is later in any case."""

    def keep(self, body: str, *_: Any) -> None:
        self.refused.append(body)


@dataclass
class Replay:
    """`crash_every` ends every so many-th call of a handler after its write: its batch is delivered again."""

    document: Mapping[str, Any]
    crash_every: int = 0
    rekindle: Rekindle = field(default_factory=Rekindle)
    queue: Queue = field(default_factory=Queue)
    calls: int = 0

    def __post_init__(self) -> None:
        self.rekindle.use.ports.versions.put(dict(self.document), 0, self.rekindle.clock())

    @property
    def decisions(self) -> list[Decision]:
        return list(self.rekindle.memory.decisions.values())

    def play(self, events: Sequence[Mapping[str, Any]]) -> None:
        messages = deque(_message(number, event) for number, event in enumerate(events))
        with self._wired(), open(devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            while messages:
                batch = [messages.popleft() for _ in range(min(BATCH, len(messages)))]
                messages.extend(self._again(batch))
                self._deliver_crossings()

    def _again(self, batch: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The messages that are to be delivered once more."""
        try:
            answer = self._call(record_crm_changes.handler, {"Records": batch})
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        except Crashed:
            failed = {message["messageId"] for message in batch}
        for message in batch:
            if message["messageId"] in failed:
                receives = int(message["attributes"]["ApproximateReceiveCount"]) + 1
                yield {**message, "attributes": {"ApproximateReceiveCount": str(receives)}}

    def _deliver_crossings(self) -> None:
        crossings = self.rekindle.memory.crossings
        records = [_stream_record(number, *crossing) for number, crossing in enumerate(crossings)]
        crossings.clear()
        while records:
            try:
                answer = self._call(reactivate_on_score.handler, {"Records": records})
            except Crashed:
                continue
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            records = [record for record in records if record["dynamodb"]["SequenceNumber"] in failed]

    def _call(self, handler: Any, event: Mapping[str, Any]) -> Any:
        self.calls += 1
        answer = handler(event, CONTEXT)
        if self.crash_every and self.calls % self.crash_every == 0:
            raise Crashed
        return answer

    @contextmanager
    def _wired(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            for app in (record_crm_changes, reactivate_on_score):
                patched.setattr(app, "use_cases", lambda: self.rekindle.use)
            patched.setattr(aws, "queues", lambda: self.queue)
            patched.setattr(aws, "failures", lambda: self.queue)
            patched.setattr(aws, "environment", lambda: SimpleNamespace(queue="crm-changes"))
            patched.setenv("POWERTOOLS_METRICS_NAMESPACE", "Rekindle")
            patched.setenv("POWERTOOLS_SERVICE_NAME", "rekindle")
            before = logger.log_level
            logger.setLevel("ERROR")
            yield
            logger.setLevel(before)


def twice_and_shuffled_within_days(events: Sequence[Mapping[str, Any]], seed: int) -> list[Mapping[str, Any]]:
    order = random.Random(seed)
    shuffled: list[Mapping[str, Any]] = []
    for _, of_day in groupby(sorted([*events, *events], key=_day), key=_day):
        day = list(of_day)
        order.shuffle(day)
        shuffled.extend(day)
    return shuffled


def _day(event: Mapping[str, Any]) -> str:
    day: str = event["time"][:10]
    return day


def _message(number: int, event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": str(number),
        "receiptHandle": str(number),
        "body": json.dumps(event),
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSourceARN": QUEUE,
    }


def _stream_record(number: int, person_id: str, crossing: Crossing) -> dict[str, Any]:
    image = {
        "person_id": {"S": person_id},
        "crossed_to": {"N": f"{crossing.score:g}"},
        "crossed_mark": {"S": str(crossing.stamp)},
    }
    if crossing.previous is not None:
        image["crossed_from"] = {"N": f"{crossing.previous:g}"}
    return {"dynamodb": {"SequenceNumber": str(number), "NewImage": image}}
