"""Find somebody; where a person stands, and why; what sales says of a lead."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.console.rules import rules_behind
from rekindle.adapters.console.timeline import folded
from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api, handoffs
from rekindle.adapters.wire.rules import moment
from rekindle.adapters.wire.views import decisions, lifecycle, people, timeline
from rekindle.application.ports.people import ListedBy
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField, NotFound, Refusal
from rekindle.domain.reactivation.decision import Decision, Trigger
from rekindle.domain.reactivation.explanation import reason_of_exclusion
from rekindle.domain.settings.settings import Scenario
from rekindle.runtime import http
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.console.names import campaign_names
from rekindle.runtime.console.pages import PAGE, form_of, moved, page, table
from rekindle.runtime.observability import log_decision

TRIED = (Scenario.SCORE, Scenario.ACTIVE_STATUS, Scenario.INVOCABLE)
"""Scenarios that can be tried without a campaign to begin with."""


def find(app: APIGatewayRestResolver) -> Response[str]:
    """What is typed is sent as a form: names and addresses of people belong into no address and no log."""
    form = form_of(app)
    text, start = sought(form.get("q", "")), form.get("next")
    if not text:
        return page(app, "find.html", q="", items=None, next=None)
    if start is None and (place := _by_id(text)) is not None:
        return moved(app, *place)
    by = ListedBy.MAIL if "@" in text else ListedBy.PHONE if _PHONE.fullmatch(text) else ListedBy.NAME
    found = use_cases().show_records.find(by, text, PAGE, http.unsealed(start))
    if len(found.items) == 1 and start is None and found.next is None:
        return moved(app, "people", found.items[0].person.person_id)
    shown = [people.person(one) for one in found.items]
    return page(app, "find.html", q=form["q"], items=shown, next=http.sealed(found.next))


_PHONE = re.compile(r"\+?[\d\s()./-]{7,}")
_IN_ADDRESS = re.compile(r"/([A-Za-z0-9]{18}|[A-Za-z0-9]{15})(?=[/?#]|$)")


def sought(typed: str) -> str:
    """What was typed, or the id in a pasted address of the CRM."""
    text = typed.strip()
    if text.startswith(("https://", "http://")):
        found = _IN_ADDRESS.search(text)
        return found[1] if found else text
    return text


def _by_id(text: str) -> tuple[str, str] | None:
    """The page of the record with this id: a person, a campaign, a decision, or whose response it is."""
    if len(text) > http.LONGEST_START:
        return None
    ports = use_cases().ports
    person_id, campaign_id = ids.widened_if(ids.PERSON, text), ids.widened_if(ids.CAMPAIGN, text)
    if ports.people.get(person_id) is not None:
        return "people", person_id
    if ports.reference.campaign(campaign_id) is not None:
        return "campaigns", campaign_id
    if ports.ledger.get(text) is not None:
        return "decisions", text
    owner = ports.people.owner_of_response(ids.widened_if(ids.RESPONSE, text))
    return ("people", owner.person_id) if owner is not None and owner.person_id is not None else None


def person(app: APIGatewayRestResolver, person_id: str) -> Response[str]:
    use, name = use_cases(), http.record_id("person_id", ids.PERSON, person_id)
    scenario = _scenario(http.query(app, "scenario"), Scenario.SCORE)
    overview = use.show_records.overview(name, scenario, now(), PAGE)
    if overview.shown.person.person_id != name:
        return moved(app, "people", overview.shown.person.person_id)
    settings = use.ports.reference.settings()
    lookback = settings.scenario(scenario).lookback_days
    responses = [
        {
            **people.response(name, response),
            "class": verdict.response_class,
            "excluded": verdict.excluded,
            "why": reason_of_exclusion(verdict.excluded, lookback) if verdict.excluded else None,
        }
        for response in overview.responses
        for verdict in (overview.verdicts[response.response_id],)
    ]
    entries = [timeline.timeline_entry(one) for one in overview.timeline.items]
    return page(
        app,
        "person.html",
        person=people.person(overview.shown),
        handoff=lifecycle.handoff(overview.shown.person),
        threshold=settings.threshold,
        scenario=scenario.value,
        scenarios=[one.value for one in TRIED],
        responses=responses,
        timeline=folded(entries),
        names=campaign_names(use, (*responses, *entries)),
        now=times.text(now()),
    )


RESPONSES = (
    *("response_id", "campaign_id", "responded", "responded_at", "received_at", "response_status", "activated_at"),
    *("reactivated_at", "member_status", "channel", "response_type", "source_code", "score"),
)


def responses(app: APIGatewayRestResolver, person_id: str) -> Response[str]:
    use, name = use_cases(), http.record_id("person_id", ids.PERSON, person_id)
    found: dict[str, str] = {}

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        listed = use.show_records.responses(name, limit, start)
        shown = [people.response(listed.person_id, one) for one in listed.items]
        found.update(campaign_names(use, shown))
        return shown, listed.next

    return table(app, "responses.html", RESPONSES, read, person_id=name, names=found)


TIMELINE = ("at", "kind", "cycle", "campaign_id", "decision_id", "scenario", "outcome", "reason", "stage", "owner_id")


def history(app: APIGatewayRestResolver, person_id: str) -> Response[str]:
    use, name = use_cases(), http.record_id("person_id", ids.PERSON, person_id)
    found: dict[str, str] = {}

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        listed = use.show_records.timeline(name, limit, start)
        shown = [timeline.timeline_entry(one) for one in listed.items]
        found.update(campaign_names(use, shown))
        return shown, listed.next

    return table(app, "timeline.html", TIMELINE, read, person_id=name, names=found, folded=folded)


def clocks(app: APIGatewayRestResolver, person_id: str) -> Response[str]:
    name = http.record_id("person_id", ids.PERSON, person_id)
    return page(app, "clocks.html", **lifecycle.clocks(*use_cases().show_handoffs.clocks(name)))


def dry_run(app: APIGatewayRestResolver, person_id: str) -> Response[str]:
    """What a scenario would decide, now or at an instant; nothing is changed."""
    use, name = use_cases(), http.record_id("person_id", ids.PERSON, person_id)
    scenario, at = _scenario(http.query(app, "scenario"), Scenario.SCORE), _instant(http.query(app, "at"))
    shown, settings = use.show_records.person(name), use.ports.reference.settings()
    score = (
        max((shown.score.value if shown.score else None) or 0, settings.threshold)
        if scenario is Scenario.SCORE
        else None
    )
    owner = shown.person.owner_id
    trigger = Trigger(scenario, "dry-run", shown.person.person_id, at, score=score, user_id=owner, dry_run=True)
    explanation = use.show_records.explained(use.reactivate(trigger))
    tried = decisions.decision(explanation, settings)
    return page(
        app,
        "dry_run.html",
        person=people.person(shown),
        decision=tried,
        scenarios=[one.value for one in TRIED],
        scenario=scenario.value,
        as_of=times.text(at),
        rules=rules_behind(settings, scenario),
        names=campaign_names(use, tried["considered"]),
    )


def answered(app: APIGatewayRestResolver, person_id: str, said: str) -> Response[str]:
    """Accept, reject, recycle, prompt, reactivate: with the rules of the API. Raises NotFound and InvalidField."""
    name = http.record_id("person_id", ids.PERSON, person_id)
    if said in _DECIDED:
        decision = _DECIDED[said](app, {**form_of(app), "person_id": name})
        log_decision(decision)
        return moved(app, "decisions", decision.decision_id)
    if said not in handoffs.ANSWERS:
        raise NotFound("there is no such page")
    handoffs.ANSWERS[said](use_cases().answer_handoffs, name, json.dumps(form_of(app)).encode())
    return moved(app, "people", name)


def _prompted(app: APIGatewayRestResolver, form: dict[str, str]) -> Decision:
    request, _ = api.response_prompted(json.dumps(form).encode(), http.request_name(app), now())
    return use_cases().answer_requests.prompt(request, None).decision


def _reactivated(app: APIGatewayRestResolver, form: dict[str, str]) -> Decision:
    (request,), _ = api.reactivations_requested(json.dumps({"inputs": [form]}).encode(), http.request_name(app), now())
    if isinstance(request, Refusal):
        raise request
    return use_cases().request_reactivation(request)


_DECIDED: dict[str, Callable[[APIGatewayRestResolver, dict[str, str]], Decision]] = {
    "prompt": _prompted,
    "reactivation": _reactivated,
}
"""What leads to a decision, by the last step of the address."""


def _scenario(text: str | None, default: Scenario) -> Scenario:
    if not text:
        return default
    if text not in list(TRIED):
        raise InvalidField(f"expected one of {', '.join(TRIED)}", "scenario")
    return Scenario(text)


def _instant(text: str | None) -> datetime:
    """As a form's field has it, in UTC, or with an offset; now, where nothing is said."""
    if not text:
        return now()
    return moment(text if _WITH_OFFSET.search(text) else f"{text}{':00' if len(text) == 16 else ''}Z", "at")


_WITH_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
