"""make costs: what a month costs on AWS, estimated for three sizes of an organization.

The requests and capacity units of each operation are counts that tests hold (tests/integration/test_costs.py). The
activity of a person, the sizes of stored items and the prices are assumptions, and all of them are below. Prices are
in dollars, on demand, in us-east-1, without free tiers, discounts and taxes. The output is Markdown, and
docs/handbook/costs.md contains it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.money import (
    BATCH,
    GB_SECOND,
    INVOCATION,
    MEMORY_MB,
    READ_SECONDS,
    READ_UNIT,
    TRANSACTION_SECONDS,
    WHOLE_CPU_MB,
    WRITE_UNIT,
)

SIZES = (10_000, 1_000_000, 100_000_000)
"""People in the CRM."""

# Activity of a month, for each person of the organization.
SCORE_CHANGES = 1.0
RESPONSES = 0.2
OTHER_CHANGES = 0.3
"""Changes of a status, an owner or other fields."""
CROSSINGS = 0.02 * SCORE_CHANGES
"""Each reactivates a response, starts an assignment, and notifies the owner that is found."""
TIMED_OUT = 0.1
"""The share of assignments that reach their reminder and their deadline."""
API_READS = 10 * CROSSINGS
"""An SDR's tool shows each activated person ten times."""

# What DynamoDB charges for each operation, as tests/integration/test_costs.py counts it.
SCORE_CHANGE_UNITS = (1, 1)
RESPONSE_UNITS = (3, 10 + 2)
CROSSING_UNITS = (1, 6 + 5)
"""With the units of the indexes; of a response, that of the index of members."""
OTHER_CHANGE_UNITS = (1, 2)
COMPLETION_UNITS = (1, 4)
FIRST_WORK_UNITS = (0, 2)
TIMEOUT_UNITS = (1, 4)
NOTIFICATION_UNITS = (1, 2)
API_READ_UNITS = (2, 0)

# Functions. The CPU of a crossing stands for that of every operation (docs/performance.md, row 7).
CPU_SECONDS = 0.0012
LOG_BYTES = 1_500
"""Of one invocation: Lambda's own lines, metrics, and a line for each decision."""

# Events. An event from Salesforce is charged on the partner bus, and again on the stack's bus.
EVENTS_IN = 2
EVENTS_OUT = 6
"""Of one activation: activated, two stages, assignment started and completed, notification requested."""
QUEUES = 7
POLLS = 5 * 30 * 86_400 / 20
"""Of one queue in a month: Lambda polls with five connections, each for 20 seconds."""

# Storage, after this many months of activity, and kilobytes of an item with its indexes.
MONTHS = 24
PERSON_KB, SCORE_KB, RESPONSE_KB, DECISION_KB = 1.2, 0.4, 2.0, 0.9

# Prices that tests/benchmarks/money.py does not have.
EVENT, QUEUE_REQUEST, API_REQUEST = 1.00e-6, 0.40e-6, 3.50e-6
SCHEDULE, PUBLISH = 1.00e-6, 0.50e-6
STORED_GB, BACKUP_GB, LOGGED_GB = 0.25, 0.20, 0.50
ALARMS, METRICS = 25, 30
ALARM, METRIC = 0.10, 0.30


@dataclass(frozen=True)
class Bill:
    """Dollars of a month."""

    dynamodb: float
    storage: float
    functions: float
    events: float
    queues: float
    api: float
    monitoring: float

    @property
    def total(self) -> float:
        return sum((self.dynamodb, self.storage, self.functions, self.events, self.queues, self.api, self.monitoring))


def month(people: int) -> Bill:
    scores, responses, others = (people * each for each in (SCORE_CHANGES, RESPONSES, OTHER_CHANGES))
    activations = people * CROSSINGS
    timeouts, reads = activations * TIMED_OUT * 2, people * API_READS
    facts = scores + responses + others
    units = (
        (scores, SCORE_CHANGE_UNITS),
        (responses, RESPONSE_UNITS),
        (others, OTHER_CHANGE_UNITS),
        (activations, CROSSING_UNITS),
        (activations, COMPLETION_UNITS),
        (activations, FIRST_WORK_UNITS),
        (activations, NOTIFICATION_UNITS),
        (timeouts, TIMEOUT_UNITS),
        (reads, API_READ_UNITS),
    )
    # Batched work: facts, crossings, publication, schedules, deadlines. Calls of the API are single.
    worked = facts + activations * (1 + EVENTS_OUT + 1) + timeouts
    invocations = worked / BATCH + reads
    seconds = (worked + reads) * (CPU_SECONDS * WHOLE_CPU_MB / MEMORY_MB + READ_SECONDS + TRANSACTION_SECONDS)
    delivered = facts + activations + timeouts
    stored_gb = people * (PERSON_KB + SCORE_KB) + MONTHS * (
        responses * RESPONSE_KB + (responses + activations) * DECISION_KB
    )
    stored_gb /= 1e6
    return Bill(
        dynamodb=sum(times * (read * READ_UNIT + write * WRITE_UNIT) for times, (read, write) in units),
        storage=stored_gb * (STORED_GB + BACKUP_GB),
        functions=invocations * INVOCATION + seconds * MEMORY_MB / 1024 * GB_SECOND,
        events=(facts * EVENTS_IN + activations * EVENTS_OUT) * EVENT
        + activations * (SCHEDULE + PUBLISH)
        + timeouts * SCHEDULE,
        queues=(delivered * (1 + 2 / BATCH) + QUEUES * POLLS) * QUEUE_REQUEST,
        api=reads * API_REQUEST,
        monitoring=ALARMS * ALARM + METRICS * METRIC + invocations * LOG_BYTES / 1e9 * LOGGED_GB,
    )


PARTS = (
    ("DynamoDB requests", "dynamodb"),
    (f"DynamoDB storage and backups, after {MONTHS} months", "storage"),
    ("Lambda", "functions"),
    ("EventBridge, Scheduler, SNS", "events"),
    ("SQS", "queues"),
    ("API Gateway", "api"),
    ("CloudWatch", "monitoring"),
    ("**total**", "total"),
)


def table() -> Iterator[str]:
    """The bill in Markdown, one line at a time."""
    bills = [month(people) for people in SIZES]
    yield "| dollars a month | " + " | ".join(f"{people:,} people" for people in SIZES) + " |"
    yield "|---|" + "---:|" * len(SIZES)
    for name, part in PARTS:
        yield f"| {name} | " + " | ".join(f"{getattr(bill, part):,.2f}" for bill in bills) + " |"
    each = (f"{1_000 * bill.total / people:,.2f}" for bill, people in zip(bills, SIZES, strict=True))
    yield "| for 1,000 people | " + " | ".join(each) + " |"


def assumptions() -> Iterator[str]:
    """What the bill assumes, in Markdown, one line at a time."""
    kilobytes = f"person {PERSON_KB + SCORE_KB:g}, response {RESPONSE_KB:g}, decision {DECISION_KB:g}"
    yield "| assumption | value |"
    yield "|---|---|"
    for name, value in (
        ("prices", "us-east-1, on demand, without free tiers, discounts and taxes"),
        ("score changes", f"{SCORE_CHANGES:g} for each person and month"),
        ("responses", f"{RESPONSES:g} for each person and month"),
        ("other changes (status, owner, fields)", f"{OTHER_CHANGES:g} for each person and month"),
        (
            "activations",
            f"{CROSSINGS / SCORE_CHANGES:.0%} of the score changes, each with an assignment and a notification",
        ),
        ("assignments that reach their reminder and deadline", f"{TIMED_OUT:.0%}"),
        ("reads over the API", f"{API_READS / CROSSINGS:g} for each activation"),
        ("source", "Salesforce, with a charge for each event on the partner event bus and on the stack's bus"),
        ("stored history", f"{MONTHS} months, with point-in-time recovery"),
        ("size of stored items with their indexes, in KB", kilobytes),
        ("alarms and custom metrics", f"{ALARMS} and {METRICS}"),
    ):
        yield f"| {name} | {value} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join((*table(), "", *assumptions(), "")))
