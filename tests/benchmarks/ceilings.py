"""make ceilings: how much of each a second, and what lifts it.

The table is computed from the template, from constants of the code, from the units of each operation that tests hold
(tests/integration/test_costs.py), and from quotas of AWS. The quotas are the defaults of an account in us-east-1. The
output is Markdown, and docs/performance.md contains it. Nothing here was measured on AWS.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from functions.process_due_actions.app import MOST as MOST_DUE_ACTIONS
from functions.sweep_timers.app import MOST
from rekindle.adapters.dynamodb import members, timers
from rekindle.domain.assignment.round_robin import MEMBERS_OF_A_COUNTER, MOST_COUNTERS
from rekindle.runtime.threads import MOST_AT_THE_SAME_TIME
from tests.benchmarks.bill import (
    COMPLETION_UNITS,
    CPU_SECONDS,
    CROSSING_UNITS,
    EVENTS_OUT,
    RESPONSE_UNITS,
    SCORE_CHANGE_UNITS,
)
from tests.benchmarks.money import MEMORY_MB, READ_SECONDS, TRANSACTION_SECONDS, WHOLE_CPU_MB
from tests.support.template import event_of, template

# DynamoDB.
PARTITION_WRITES = 1_000
"""Units a second of one partition."""
TABLE_WRITES = 40_000
"""Units a second of one table on demand."""

# The other services.
CREATED_SCHEDULES, FIRED_SCHEDULES, SCHEDULES = 5_000, 1_000, 10_000_000
PUT_EVENTS, BUS_INVOCATIONS = 10_000, 18_750
API_REQUESTS = 10_000
CONCURRENT_EXECUTIONS = 1_000
MESSAGES_IN_FLIGHT = 120_000
SCHEDULE_SECONDS, PUT_EVENTS_SECONDS = 0.03, 0.02
"""Of one request to EventBridge Scheduler, and to the bus."""
EVENTS_OF_A_REQUEST = 10

MANY = 10_000
INDEX_WRITES = 2
"""Of an entry that moves from one partition of an index to another: one deletes it, and one writes it. In one partition
an assignment or a timer is written once and deleted once."""
CLAIM_WRITES = 2


@dataclass(frozen=True)
class Ceiling:
    what: str
    calculation: str
    value: int
    lifted_by: str

    @property
    def line(self) -> str:
        return f"| {self.what} | {self.calculation} | {self.value:,} | {self.lifted_by} |"


def parameter(name: str, key: str = "Default") -> int:
    return int(template()["Parameters"][name][key])


def resolved(value: Any) -> int:
    """A number of the template: itself, a parameter, or what holds on AWS."""
    if isinstance(value, dict):
        ((function, given),) = value.items()
        return parameter(given) if function == "Ref" else resolved(given[1])
    return int(value)


@dataclass(frozen=True)
class Work:
    """How long one message or record of a function takes."""

    what: str
    reads: int
    """Requests that are waited for one after the other, before the last one."""
    last: float = TRANSACTION_SECONDS
    threads: int = 1
    writes: int = 1
    """Write units of the table for each record that its stream delivers."""


QUEUES = {
    "RecordCrmChangesFunction": Work("facts recorded", reads=3, threads=MOST_AT_THE_SAME_TIME),
    "RouteLeadsFunction": Work("leads routed", reads=8, threads=MOST_AT_THE_SAME_TIME),
    "ReactivateOnStatusFunction": Work("delays decided", reads=2),
    "TimeOutAssignmentsFunction": Work("reminders and deadlines", reads=1),
    "SendNotificationsFunction": Work("events notified, each by itself", reads=2),
    "ApplyWebhooksFunction": Work("webhooks applied", reads=1, threads=MOST_AT_THE_SAME_TIME),
    "JudgeClicksFunction": Work("clicks stored, and judged", reads=2, threads=MOST_AT_THE_SAME_TIME),
    "KeepFailuresFunction": Work("failures kept", reads=1),
}
STREAMS = {
    "ReactivateOnScoreFunction": Work("crossings decided", reads=1, writes=SCORE_CHANGE_UNITS[1]),
    "ScheduleReactivationFunction": Work("delays scheduled", reads=1, last=SCHEDULE_SECONDS, writes=2),
    "FindDuplicatesFunction": Work(
        "people compared", reads=4, last=READ_SECONDS, threads=MOST_AT_THE_SAME_TIME, writes=2
    ),
    "StartAssignmentsFunction": Work(
        "assignments scheduled", reads=0, last=SCHEDULE_SECONDS, threads=MOST_AT_THE_SAME_TIME, writes=2
    ),
    "AnnounceChangesFunction": Work(
        "entries announced", reads=0, last=PUT_EVENTS_SECONDS, threads=EVENTS_OF_A_REQUEST, writes=2
    ),
}


def seconds_of(work: Work, batch: int) -> float:
    """Waiting is shared by the threads; the CPU of the function's share of a processor is not."""
    waiting = (work.reads * READ_SECONDS + work.last) * math.ceil(batch / work.threads)
    return waiting + batch * CPU_SECONDS * WHOLE_CPU_MB / MEMORY_MB


def of_queue(function: str, work: Work) -> Ceiling:
    event = event_of(function, "SQS")
    concurrency, batch = resolved(event["ScalingConfig"]["MaximumConcurrency"]), resolved(event["BatchSize"])
    seconds = seconds_of(work, batch)
    return Ceiling(
        f"{work.what} (`{function}`)",
        f"{concurrency} invocations × {batch} messages ÷ {seconds * 1e3:,.0f} ms",
        int(concurrency * batch / seconds),
        "its `MaximumConcurrency`, and Lambda's concurrency",
    )


def of_stream(function: str, work: Work) -> Ceiling:
    """A stream has a shard for each partition that the writes of its table need."""
    event = event_of(function, "DynamoDB")
    factor, batch = resolved(event.get("ParallelizationFactor", 1)), resolved(event["BatchSize"])
    shards, seconds = TABLE_WRITES // PARTITION_WRITES, seconds_of(work, batch)
    return Ceiling(
        f"{work.what} (`{function}`)",
        f"{shards} shards × {factor} invocations × {batch} records ÷ {seconds * 1e3:,.0f} ms, and the table's writes",
        min(int(shards * factor * batch / seconds), TABLE_WRITES // work.writes),
        "its `ParallelizationFactor`, and the table's write quota",
    )


def ceilings() -> Iterator[Ceiling]:
    score, response, crossing = SCORE_CHANGE_UNITS[1], RESPONSE_UNITS[1], CROSSING_UNITS[1]
    quota = "Service Quotas: write throughput of a table on demand"
    yield Ceiling("score changes stored", f"{TABLE_WRITES:,} units ÷ {score}", TABLE_WRITES // score, quota)
    yield Ceiling(
        "responses stored, if one table took all units",
        f"{TABLE_WRITES:,} units ÷ {response}",
        TABLE_WRITES // response,
        quota,
    )
    yield Ceiling(
        "crossings that reactivate, if one table took all units",
        f"{TABLE_WRITES:,} units ÷ {crossing}",
        TABLE_WRITES // crossing,
        quota,
    )
    yield Ceiling(
        "changes of one person", f"{PARTITION_WRITES:,} units ÷ {response}", PARTITION_WRITES // response, "nothing"
    )
    for function, work in QUEUES.items():
        yield of_queue(function, work)
    for function, work in STREAMS.items():
        yield of_stream(function, work)
    yield from _of_members()
    yield from _of_assignments()
    yield from _of_quotas()


def _of_members() -> Iterator[Ceiling]:
    yield Ceiling(
        "responses of one campaign, index `members`",
        f"{members.SHARDS} partitions × {PARTITION_WRITES:,} units",
        members.SHARDS * PARTITION_WRITES,
        "`SHARDS` in `adapters/dynamodb/members.py`",
    )


def _of_assignments() -> Iterator[Ceiling]:
    shards, most = parameter("AssignmentShards"), parameter("AssignmentShards", "MaxValue")
    each = PARTITION_WRITES // INDEX_WRITES
    yield Ceiling(
        "assignments that begin, index `assigned`",
        f"{shards} partitions × {PARTITION_WRITES:,} units ÷ {INDEX_WRITES}",
        shards * each,
        f"parameter `AssignmentShards`: {most * each:,} with {most}",
    )
    yield Ceiling(
        "schedules created", "EventBridge Scheduler", CREATED_SCHEDULES, "Service Quotas: CreateSchedule request rate"
    )
    yield Ceiling(
        "schedules that fire", "EventBridge Scheduler", FIRED_SCHEDULES, "Service Quotas: Invocations throttle limit"
    )
    yield Ceiling(
        "schedules that wait (in all)", "EventBridge Scheduler", SCHEDULES, "Service Quotas: Number of schedules"
    )
    yield Ceiling(
        "delays that begin, index `due`",
        f"{timers.SHARDS} partitions × {PARTITION_WRITES:,} units ÷ {INDEX_WRITES}",
        timers.SHARDS * each,
        "`SHARDS` in `adapters/dynamodb/timers.py`",
    )
    yield Ceiling(
        f"leads of one pool, fewer than {MEMBERS_OF_A_COUNTER} members",
        f"one counter × {PARTITION_WRITES:,} units",
        PARTITION_WRITES,
        "more members",
    )
    yield Ceiling(
        f"leads of one pool, {MEMBERS_OF_A_COUNTER * (MOST_COUNTERS - 1)} members or more",
        f"{MOST_COUNTERS} counters × {PARTITION_WRITES:,} units",
        MOST_COUNTERS * PARTITION_WRITES,
        "`MOST_COUNTERS` in `domain/assignment/round_robin.py`",
    )
    yield Ceiling(
        "leads of one member with a quota",
        f"{PARTITION_WRITES:,} units ÷ {CLAIM_WRITES}",
        PARTITION_WRITES // CLAIM_WRITES,
        "nothing",
    )
    yield Ceiling(
        "leads whose clocks are due, in one minute (`ProcessDueActionsFunction`)",
        "`MOST` of the function",
        MOST_DUE_ACTIONS,
        "`MOST` of the function",
    )
    yield Ceiling(
        "lost timers found by one sweep (every ten minutes)", "`MOST` of the function", MOST, "`MOST` of the function"
    )


def _of_quotas() -> Iterator[Ceiling]:
    yield Ceiling(
        "activations announced",
        f"{PUT_EVENTS:,} events ÷ {EVENTS_OUT}",
        PUT_EVENTS // EVENTS_OUT,
        "Service Quotas: PutEvents throttle limit",
    )
    yield Ceiling(
        "events from the bus to queues and targets",
        "EventBridge",
        BUS_INVOCATIONS,
        "Service Quotas: Invocations throttle limit",
    )
    yield Ceiling("requests of the API", "API Gateway", API_REQUESTS, "Service Quotas: Throttle rate")
    yield Ceiling(
        "functions at the same time", "Lambda", CONCURRENT_EXECUTIONS, "Service Quotas: Concurrent executions"
    )
    yield Ceiling("messages of one queue in work", "SQS", MESSAGES_IN_FLIGHT, "AWS Support")


def table() -> Iterator[str]:
    """The ceilings in Markdown, one line at a time."""
    yield "| what | calculation | a second | what lifts it |"
    yield "|---|---|---:|---|"
    for ceiling in ceilings():
        yield ceiling.line


def needed() -> Iterator[str]:
    """What `MANY` new assignments a second need, in Markdown, one line at a time."""
    event = event_of("RouteLeadsFunction", "SQS")
    batch = resolved(event["BatchSize"])
    routers = math.ceil(MANY / batch * seconds_of(QUEUES["RouteLeadsFunction"], batch))
    units = MANY * (CROSSING_UNITS[1] + COMPLETION_UNITS[1])
    yield f"| {MANY:,} new assignments a second | needed | today |"
    yield "|---|---:|---:|"
    for what, need, today in (
        (
            "partitions of the index (`AssignmentShards`)",
            MANY * INDEX_WRITES // PARTITION_WRITES,
            parameter("AssignmentShards"),
        ),
        ("write units of people and ledger, from activation to owner", units, 2 * TABLE_WRITES),
        ("schedules created", MANY, CREATED_SCHEDULES),
        ("events put on the bus", MANY * EVENTS_OUT, PUT_EVENTS),
        (
            "routers at the same time (`MaximumConcurrency`)",
            routers,
            resolved(event["ScalingConfig"]["MaximumConcurrency"]),
        ),
    ):
        yield f"| {what} | {need:,} | {today:,} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join((*table(), "", *needed(), "")))
