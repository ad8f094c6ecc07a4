"""Decisions of a period by what came of them. One decision: the sentence, each candidate with the rule by which it
lost, and whether it is the same made again."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.console.rules import rules_behind
from rekindle.adapters.wire import periods
from rekindle.adapters.wire.views import decisions
from rekindle.adapters.wire.views.people import person, response
from rekindle.domain.core import times
from rekindle.domain.reactivation.decision import Decision
from rekindle.runtime import http
from rekindle.runtime.aws import environment, now, use_cases
from rekindle.runtime.console.names import campaign_names
from rekindle.runtime.console.pages import HEADERS, page, table
from rekindle.runtime.use_cases import UseCases

_OTHERS = 10
"""Responses that are offered to ask about, where a decision considered none."""
COLUMNS = (
    *("decision_id", "decided_at", "person_id", "scenario", "outcome", "reason", "campaign_id", "response_id"),
    *("as_of", "settings_version"),
)


def listed(app: APIGatewayRestResolver) -> Response[str]:
    """Decisions of all people in a period, and how many came out how."""
    use = use_cases()
    filters = {name: value for name, value in http.queries(app).items() if value}
    zone = use.ports.reference.settings().zone
    query, since, until = periods.decisions_of(filters, now().astimezone(zone).date(), zone)

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use.show_decisions.listed(query, limit, start)
        return [_line(one) for one in found.items], found.next

    days = {"from": since.isoformat(), "to": until.isoformat()}
    if http.query(app, "format") == "csv":
        return table(app, "decisions.html", COLUMNS, read)
    counts, more = use.show_decisions.counts(query)
    by = sorted(
        ((outcome.value, reason, count) for (outcome, reason), count in counts.items()), key=lambda one: -one[2]
    )
    return table(
        app,
        "decisions.html",
        COLUMNS,
        read,
        days=days,
        counts=[{"outcome": outcome, "reason": reason, "count": count} for outcome, reason, count in by],
        total=sum(counts.values()),
        more=more,
        skipped=query.skipped,
        outcome=query.outcome,
        reason=query.reason,
        listing=environment().retention.lists_decisions,
    )


def _line(one: Decision) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in COLUMNS},
        **{name: times.text(getattr(one, name)) for name in ("decided_at", "as_of")},
    }


def decision(app: APIGatewayRestResolver, decision_id: str) -> Response[str]:
    use, (_, start) = use_cases(), http.paging(app)
    found = use.show_records.decision(http.record_id("decision_id", (), decision_id), start)
    settings = use.ports.reference.settings_at(found.decision.settings_version)
    shown = decisions.decision(found, settings)
    if http.query(app, "format") == "text":
        return Response(HTTPStatus.OK.value, "text/plain; charset=utf-8", _text(shown), dict(HEADERS))
    of_person = use.show_records.person(found.decision.person_id)
    candidate = http.query(app, "candidate")
    answer = use.show_records.why_not(decision_id, candidate) if candidate else None
    others = [] if found.considered else _others(use, of_person.person.person_id)
    return page(
        app,
        "decision.html",
        decision=shown,
        person=person(of_person),
        rules=rules_behind(settings, found.decision.scenario),
        names=campaign_names(use, (shown, *shown["considered"], *others)),
        candidate=candidate,
        why_not=decisions.why_not(answer) if answer is not None else None,
        others=others,
        next=http.sealed(found.next),
    )


def _others(use: UseCases, person_id: str) -> list[dict[str, Any]]:
    return [response(person_id, one) for one in use.show_records.responses(person_id, _OTHERS, None).items]


def _text(shown: dict[str, object]) -> str:
    """To be copied into a message: the sentence, and what names the decision."""
    return f"{shown['explanation']}\n\nDecision {shown['decision_id']}, settings version {shown['settings_version']}.\n"
