"""The environment, read in one place: names of tables and bus, all that are missing in one error."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rekindle.adapters.dynamodb.connection import TableNames
from rekindle.adapters.dynamodb.people import SHARDS
from rekindle.adapters.dynamodb.retention import Retention

_DAYS = {"REQUEST_DAYS": "1", "FAILURE_DAYS": "14"}
"""Days that something is kept where the variable is missing; 0, as for all others: for ever."""
_QUEUES = ("FACTS", "DELAYS", "ASSIGNMENTS", "ROUTING", "NOTIFICATIONS", "WEBHOOKS", "CLICKS")
QUEUES = tuple(f"{name}_QUEUE_URL" for name in _QUEUES)
"""Where failures are sent again, in the order of `redrive.Queues`."""
FACTS, DELAYS, WEBHOOKS, CLICKS = (_QUEUES.index(name) for name in ("FACTS", "DELAYS", "WEBHOOKS", "CLICKS"))


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Where one-time schedules are kept, and what they may send to whom."""

    group: str
    queue_arn: str
    queue_url: str
    """The same queue, for what is due already."""
    role_arn: str
    dead_letter_arn: str


@dataclass(frozen=True, slots=True)
class FailureHandling:
    """Where failures are kept, and where they are sent again."""

    table: str = ""
    kept: timedelta | None = None
    """How long a failure is kept after it was handled; None: for ever."""
    bucket: str = ""
    """Stream records that failed, if they are kept in files."""
    queues: tuple[str, ...] = ("",) * len(QUEUES)
    announcing: str = ""
    """The function that puts events of ours on the bus."""


@dataclass(frozen=True, slots=True)
class Environment:
    tables: TableNames
    bus: str
    queue: str
    """The queue that the function reads, if any."""
    failure_queue: str
    region: str
    reference_lifetime: float
    """Seconds that campaigns, users and settings are kept in memory."""
    build: str
    scheduling: Scheduling
    bucket: str
    """Where large histories are simulated."""
    topic: str
    """Where notifications go."""
    retention: Retention
    failures: FailureHandling
    assignment_shards: int
    """Partitions of the index of assignments, for each state."""
    imports_bucket: str
    """Where files that are loaded are kept."""
    import_machine: str
    """The ARN of the state machine that loads them."""
    link_key: str
    """The ARN of the secret that signs the tokens of links."""
    books_bucket: str
    """Where statements of closed months are kept."""
    close_books: str
    """The function that closes a month."""
    targets_bucket: str
    """Where it is kept who is on a target list."""
    draw_targets: str
    """The function that draws target lists."""
    sessions: str
    """The table of the console's sessions."""
    console: str
    """Where the console is; empty where there is none."""
    resending: str
    """The function that sends failures again, and discards them."""

    @staticmethod
    def of(variables: Mapping[str, str]) -> "Environment":
        """Raises KeyError naming every variable that is missing."""
        needed = ("PEOPLE_TABLE", "SCORES_TABLE", "LEDGER_TABLE", "REFERENCE_TABLE", "AWS_REGION")
        missing = [name for name in needed if not variables.get(name)]
        if missing:
            raise KeyError(f"missing in the environment: {', '.join(missing)}")
        return Environment(
            tables=TableNames(
                people=variables["PEOPLE_TABLE"],
                scores=variables["SCORES_TABLE"],
                ledger=variables["LEDGER_TABLE"],
                reference=variables["REFERENCE_TABLE"],
            ),
            bus=variables.get("EVENT_BUS", ""),
            queue=variables.get("QUEUE_URL", ""),
            failure_queue=variables.get("FAILURE_QUEUE_URL", ""),
            region=variables["AWS_REGION"],
            reference_lifetime=float(variables.get("REFERENCE_LIFETIME_SECONDS", "5")),
            build=variables.get("BUILD", "dev"),
            scheduling=Scheduling(
                group=variables.get("SCHEDULE_GROUP", ""),
                queue_arn=variables.get("DUE_QUEUE_ARN", ""),
                queue_url=variables.get("DUE_QUEUE_URL", ""),
                role_arn=variables.get("SCHEDULE_ROLE_ARN", ""),
                dead_letter_arn=variables.get("FAILURE_QUEUE_ARN", ""),
            ),
            bucket=variables.get("SIMULATIONS_BUCKET", ""),
            topic=variables.get("NOTIFICATIONS_TOPIC_ARN", ""),
            retention=Retention(
                decisions=_kept(variables, "DECISION_DAYS"),
                timers=_kept(variables, "TIMER_DAYS"),
                requests=_kept(variables, "REQUEST_DAYS"),
                event_requests=_kept(variables, "EVENT_REQUEST_DAYS"),
                lists_decisions=variables.get("DECISION_LIST") == "on",
            ),
            failures=FailureHandling(
                table=variables.get("FAILURES_TABLE", ""),
                kept=_kept(variables, "FAILURE_DAYS"),
                bucket=variables.get("FAILED_RECORDS_BUCKET", ""),
                queues=tuple(variables.get(name, "") for name in QUEUES),
                announcing=variables.get("ANNOUNCE_CHANGES_FUNCTION", ""),
            ),
            assignment_shards=int(variables.get("ASSIGNMENT_SHARDS", SHARDS)),
            imports_bucket=variables.get("IMPORTS_BUCKET", ""),
            import_machine=variables.get("IMPORT_FILES_ARN", ""),
            link_key=variables.get("LINK_KEY_ARN", ""),
            books_bucket=variables.get("BOOKS_BUCKET", ""),
            close_books=variables.get("CLOSE_BOOKS_FUNCTION", ""),
            targets_bucket=variables.get("TARGETS_BUCKET", ""),
            draw_targets=variables.get("DRAW_TARGETS_FUNCTION", ""),
            sessions=variables.get("SESSIONS_TABLE", ""),
            console=variables.get("CONSOLE_ADDRESS", ""),
            resending=variables.get("RESEND_FAILURES_FUNCTION", ""),
        )


def _kept(variables: Mapping[str, str], name: str) -> timedelta | None:
    days = int(variables.get(name, _DAYS.get(name, "0")))
    return timedelta(days=days) if days else None
