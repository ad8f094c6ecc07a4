"""What a program that speaks the Model Context Protocol may ask: by the use cases and the views of the API, and nothing
is changed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import periods
from rekindle.adapters.wire.mcp import Json, Tool
from rekindle.adapters.wire.simulations import simulation_requested
from rekindle.adapters.wire.views import decisions, measures, people
from rekindle.application.measures.show_funnel import names_by
from rekindle.application.ports.people import ListedBy
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.measures.funnel import By, FunnelBasis
from rekindle.runtime.simulation.requests import answer_of
from rekindle.runtime.use_cases import UseCases

INSTRUCTIONS = (
    "Rekindle decides which campaign response gets the credit for a person, and says why. Begin with find, go on with "
    "person and explain_credit, and ask why_not for a response that lost. Answers are Rekindle's own sentences and "
    "codes: quote them as they are. Nothing is changed by any tool."
)
_LISTED = 20
_PHONE = re.compile(r"\+?[\d\s()./-]{7,}")

Arguments = Mapping[str, Any]
Simulate = Callable[[Arguments], Json]


def tools_over(use: UseCases, simulate: Tool) -> Sequence[Tool]:
    """`simulate`: the tool that plays a history, which is another one on a stack than over a file."""
    return (
        Tool(
            "find",
            "Find people by any id, e-mail address, telephone number or the beginning of a name.",
            {"text": _text("What is known of the person.")},
            ["text"],
            lambda arguments: _find(use, arguments),
        ),
        Tool(
            "person",
            "Where a person stands: status, score, active response, newest responses and decisions.",
            {"person_id": _text("Any id of the person.")},
            ["person_id"],
            lambda arguments: _person(use, arguments),
        ),
        Tool(
            "explain_credit",
            "Why a campaign got the credit, and by which rule each other response lost: of one decision, or of all "
            "newest decisions about a person.",
            {"decision_id": _text("A decision."), "person_id": _text("Or a person.")},
            [],
            lambda arguments: _explain(use, arguments),
        ),
        Tool(
            "why_not",
            "The smallest change of settings or facts by which another response would have got the credit of a "
            "decision, confirmed by making the decision again.",
            {"decision_id": _text("The decision."), "response_id": _text("The response that lost.")},
            ["decision_id", "response_id"],
            lambda arguments: _why_not(use, arguments),
        ),
        Tool(
            "metrics",
            "What a campaign brought: targeted, responses, rates, stages, won amount and costs, as counted last.",
            {"campaign_id": _text("The campaign.")},
            ["campaign_id"],
            lambda arguments: measures.counted_campaign(use.show_metrics(_id(arguments, "campaign_id", ids.CAMPAIGN))),
        ),
        Tool(
            "funnel",
            "Volumes, conversion and days between the stages in a period; the basis is named in the answer.",
            {
                "from": _text("First day, such as 2026-01-01. Default: a year before to."),
                "to": _text("Day after the last. Default: tomorrow."),
                "by": {**_text("What to group by."), "enum": [one.value for one in By]},
                "basis": {**_text("What is counted."), "enum": [one.value for one in FunnelBasis]},
            },
            [],
            lambda arguments: _funnel(use, arguments),
        ),
        simulate,
    )


def simulation_on_stack(use: UseCases) -> Tool:
    return Tool(
        "simulate",
        "Decide a history of events under settings, and compare the credit by campaign with that under others. "
        "Without settings, those of the stack are taken. Nothing is stored.",
        {
            "history": {"type": "array", "items": {"type": "object"}, "description": "Events in their envelopes."},
            "settings": {"type": "object", "description": "A settings document."},
            "settings_version": {"type": "integer", "description": "Or a stored version."},
            "against": {"type": "object", "description": "Other settings, to compare with."},
            "against_version": {"type": "integer", "description": "Or a stored version."},
        },
        ["history"],
        lambda arguments: answer_of(simulation_requested(msgspec.json.encode(dict(arguments))), use.change_settings),
    )


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _id(arguments: Arguments, name: str, kind: tuple[str, ...] = ()) -> str:
    text = str(arguments[name]).strip()
    if not text:
        raise InvalidField("it is empty", name)
    return ids.widened_if(kind, text) if kind else text


def _find(use: UseCases, arguments: Arguments) -> Json:
    text = _id(arguments, "text")
    found = use.show_records.find(None, ids.widened_if(ids.PERSON, text), _LISTED, None)
    if not found.items:
        by = ListedBy.MAIL if "@" in text else ListedBy.PHONE if _PHONE.fullmatch(text) else ListedBy.NAME
        found = use.show_records.find(by, text, _LISTED, None)
    return {"items": [people.person(one) for one in found.items], "more": found.next is not None}


def _person(use: UseCases, arguments: Arguments) -> Json:
    shown = use.show_records.person(_id(arguments, "person_id", ids.PERSON))
    name = shown.person.person_id
    responses = use.show_records.responses(name, _LISTED, None)
    return {
        **people.person(shown),
        "responses": [people.response(name, one) for one in responses.items],
        "decisions": [_in_short(one) for one in _decisions(use, name)],
    }


def _decisions(use: UseCases, person_id: str) -> list[Json]:
    settings = use.ports.reference.settings_at
    page = use.show_records.decisions(person_id, _LISTED, None)
    return [decisions.decision(one, settings(one.decision.settings_version), decisions.LISTED) for one in page.items]


_SHORT = ("decision_id", "as_of", "scenario", "outcome", "reason", "campaign_id", "response_id", "explanation")


def _in_short(decision: Json) -> Json:
    return {name: decision[name] for name in _SHORT}


def _explain(use: UseCases, arguments: Arguments) -> Json:
    if "decision_id" in arguments:
        found = use.show_records.decision(_id(arguments, "decision_id"))
        settings = use.ports.reference.settings_at(found.decision.settings_version)
        return {"decisions": [decisions.decision(found, settings, decisions.LISTED)]}
    if "person_id" not in arguments:
        raise InvalidField("a decision or a person has to be named", "decision_id")
    return {"decisions": _decisions(use, _id(arguments, "person_id", ids.PERSON))}


def _why_not(use: UseCases, arguments: Arguments) -> Json:
    answer = use.show_records.why_not(_id(arguments, "decision_id"), _id(arguments, "response_id", ids.RESPONSE))
    if answer is None:
        return {"sentence": "That cannot be said: the decision cannot be made again from what is stored.", "ways": []}
    return decisions.why_not(answer)


def _funnel(use: UseCases, arguments: Arguments) -> Json:
    reference = use.ports.reference
    today: date = use.ports.clock().astimezone(reference.settings().zone).date()
    query = periods.funnel_of({name: str(value) for name, value in arguments.items()}, today)
    counted, found = use.show_funnel(query)
    return measures.funnels(query, counted, found, names_by(query.by, reference))
