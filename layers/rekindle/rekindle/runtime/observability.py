"""Logs and counts. Ids and codes only: no name, no address, no text that a person wrote."""

import logging
import os
import warnings
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from datetime import datetime

    from rekindle.application.capture.recorded import Recorded
    from rekindle.application.notifications.send_notifications import Sent
    from rekindle.application.webhooks.apply_webhooks import Applied
    from rekindle.domain.assignment.routing_result import Routing
    from rekindle.domain.failures.failure import Backlog
    from rekindle.domain.people.assignment import Assignment
    from rekindle.domain.reactivation.decision import Decision

# Most requests that only read count nothing, and Powertools would say so for each of them.
warnings.filterwarnings("ignore", message="No application metrics to publish")

# Lambda takes a line whose timestamp is not RFC 3339 for INFO, whatever its level is.
logger = Logger(service="rekindle", use_rfc3339=True)
# Lambda's own filter stays at INFO, which is where it puts the lines of metrics: it must not drop them. Powertools
# would take the level of that filter for its own, so the level is set here, on Python's logger of the same name.
logging.getLogger("rekindle").setLevel(os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO"))
metrics = Metrics(namespace="Rekindle", service="rekindle")
_measuring = Lock()
"""Powertools' metrics are not made for threads, and unrelated messages of a batch are handled in several."""
# Two stacks of one account count by themselves.
metrics.set_default_dimensions(stack=os.environ.get("STACK", "rekindle"))


_METRIC = {
    "reactivated": "Reactivated",
    "activated": "Activated",
    "activated_non_response": "ActivatedNonResponse",
    "inserted_default": "InsertedDefault",
    "kept_prompted": "KeptPrompted",
    "skipped": "Skipped",
}
"""What a decision is counted as, by its outcome."""


def count(counts: Mapping[str, int]) -> None:
    """Add to the metrics of this invocation; what is zero is left out."""
    for name, number in counts.items():
        if number:
            measure(name, number)


def measure(name: str, number: float, unit: MetricUnit = MetricUnit.Count) -> None:
    """A number that is what it is now, and may be zero."""
    with _measuring:
        metrics.add_metric(name, unit, number)


def log_recorded(recorded: "Recorded") -> None:
    count({"Applied": recorded.applied, "Older": recorded.older, "Duplicate": recorded.duplicate})
    count({"PassedOver": len(recorded.passed_over), "UnmappedStatuses": recorded.unmapped_status is not None})
    for passed in recorded.passed_over:
        logger.warning("passed over", reason=passed.reason, field=passed.field)
    if recorded.unmapped_status is not None:
        # A status is a word of the organisation's, and may be logged: whoever maps it needs to know which one it is.
        logger.warning("unmapped status", status=recorded.unmapped_status)
    if recorded.decision is not None:
        log_decision(recorded.decision)


def log_decision(decision: "Decision") -> None:
    count(
        {
            "Decisions": 1,
            _METRIC[decision.outcome]: 1,
            "Crossings": decision.scenario == "score",
            "Activations": decision.activates,
            "DefaultsPassedOver": len(decision.passed_over),
        }
    )
    latency = (decision.decided_at - decision.as_of).total_seconds() * 1000
    measure("DecisionLatency", max(0, latency), MetricUnit.Milliseconds)
    if decision.unmapped_status is not None:
        count({"UnmappedStatuses": 1})
        logger.warning("unmapped status", decision_id=decision.decision_id, status=decision.unmapped_status)
    if decision.passed_over:
        logger.warning("default passed over", decision_id=decision.decision_id, campaign_ids=decision.passed_over)
    logger.info(
        "decided",
        decision_id=decision.decision_id,
        scenario=decision.scenario,
        outcome=decision.outcome,
        reason=decision.reason,
        settings_version=decision.settings_version,
    )


def log_sent(sent: "Sent") -> None:
    count(
        {
            "Notifications": sent.messages,
            "Notified": sent.notified,
            "Withheld": sent.withheld.total(),
            "AlreadySent": sent.duplicates,
            "Unmarked": sent.unrecorded,
            "BadTemplates": len(sent.bad_templates),
            "Postponed": len(sent.left),
        }
    )
    for name, bad in sent.bad_templates:
        logger.warning("bad template", template=name, part=bad.part, line=bad.line)
    for error in sent.errors:
        logger.error("failed", exc_info=error)
    logger.info("notified", messages=sent.messages, notified=sent.notified, withheld=dict(sent.withheld))


def log_backlog(backlog: "Backlog", now: "datetime") -> None:
    """Measured, also where it is zero: an alarm is to see that nothing is left."""
    age = (now - backlog.oldest_at).total_seconds() if backlog.oldest_at is not None else 0
    metrics.add_metric("OpenFailures", MetricUnit.Count, backlog.failures)
    metrics.add_metric("OldestFailureAge", MetricUnit.Seconds, max(age, 0))
    logger.info("open failures", failures=backlog.failures, oldest_seconds=age)


def log_webhook(source: str, applied: "Applied") -> None:
    count({"WebhookFacts": applied.facts, "WebhookItemsIgnored": applied.ignored})
    count({"WebhookItemsRefused": applied.refused.total()})
    logger.info("webhook", source=source, facts=applied.facts, ignored=applied.ignored, refused=dict(applied.refused))


def log_assignment(assignment: "Assignment") -> None:
    count({"Assignments": 1})
    logger.info(
        "assignment",
        assignment_id=assignment.assignment_id,
        state=assignment.state,
        reason=assignment.reason,
        owner_id=assignment.owner_id,
    )


def log_routing(routing: "Routing") -> None:
    count({"Routed" if routing.owner_id is not None else "NotRouted": 1})
    logger.info(
        "routed",
        assignment_id=routing.assignment_id,
        owner_id=routing.owner_id,
        by=routing.by,
        reason=routing.reason,
        settings_version=routing.settings_version,
    )
