"""One decision: the sentence, each candidate with the rule by which it lost, and whether it is the same made again."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.console.rules import rules_behind
from rekindle.adapters.wire.views import decisions
from rekindle.adapters.wire.views.people import person
from rekindle.runtime import http
from rekindle.runtime.aws import use_cases
from rekindle.runtime.console.names import campaign_names
from rekindle.runtime.console.pages import HEADERS, page


def decision(app: APIGatewayRestResolver, decision_id: str) -> Response[str]:
    use, (_, start) = use_cases(), http.paging(app)
    found = use.show_records.decision(http.record_id("decision_id", (), decision_id), start)
    settings = use.ports.reference.settings_at(found.decision.settings_version)
    shown = decisions.decision(found, settings)
    if http.query(app, "format") == "text":
        return Response(HTTPStatus.OK.value, "text/plain; charset=utf-8", _text(shown), dict(HEADERS))
    of_person = use.show_records.person(found.decision.person_id)
    return page(
        app,
        "decision.html",
        decision=shown,
        person=person(of_person),
        rules=rules_behind(settings, found.decision.scenario),
        names=campaign_names(use, (shown, *shown["considered"])),
        next=http.sealed(found.next),
    )


def _text(shown: dict[str, object]) -> str:
    """To be copied into a message: the sentence, and what names the decision."""
    return f"{shown['explanation']}\n\nDecision {shown['decision_id']}, settings version {shown['settings_version']}.\n"
