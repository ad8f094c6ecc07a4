"""A settings document with everything in it, and documents that are broken in one place each."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from rekindle.domain.settings import path_of

Place = tuple[str | int, ...]

KNOWN = ("web-activity", "sdr", "ae", "outbound")
QUEUES, USER = ("q-1", "q-2", "q-3"), "u"
"""Campaigns that the whole document names."""
IDLE, GONE = "idle", "gone"
"""One that is inactive, and one that was deleted."""

_EVERYTHING: dict[str, Any] = {
    "enabled": True,
    "lookback_days": 30,
    "priority": ["new", "formerly_engaged"],
    "include_non_responses": False,
    "require_prior_mql": False,
    "campaign_types": {"only": ["Webinar"], "except": ["Fair"]},
    "cool_down_days": 0,
}
_BY_ROLE = {
    "single": "web-activity",
    "by": "role",
    "map": {"SDR": "sdr", "A.E.": "ae"},
    "otherwise": "outbound",
    "user_source": "owner",
}

_WHOLE = {
    "mode": "passive",
    "mode_overrides": {"profiles": {"Sales": "active"}, "record_types": {"Partner": "hybrid"}},
    "qualification": {"threshold": 60, "repeat_cap": 25},
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
        "v1.2": {"active": True},
        "Nurture": {"active": False, "kind": "nurture", "nurture_timeout_days": 90},
    },
    "response_statuses": {"Nurture": "formerly_engaged", "Odd": None},
    "reactivation": {
        "score": {**_EVERYTHING, "default_campaign": {"single": "web-activity"}},
        "active_status": {**_EVERYTHING, "delay": "PT30M", "default_campaign": _BY_ROLE},
        "invocable": {**_EVERYTHING, "default_campaign": {**_BY_ROLE, "by": "field:region", "user_source": "actor"}},
        "response_prompt": {**_EVERYTHING, "fallback": "none", "default_campaign": None},
    },
    "assignment": {
        "rules": [
            {"owners": ["q-1"], "where": {}, "to": "q-2", "deadline": "PT1H", "reminder": "PT15M", "fallback": "u"}
        ],
        "intermediate_owners": ["q-3"],
    },
    "notifications": {
        "enabled": True,
        "digest_from": 5,
        "templates": {
            "assigned": {"subject": "For {{ owner.name }}", "body": "{{ person.name }}"},
            "digest": {"body": "{% for lead in leads %}{{ lead.person.name }}{% endfor %}"},
        },
    },
    "lifecycle": {"handoff": {"hours": 4}},
}
WHOLE: dict[str, Any] = json.loads(json.dumps(_WHOLE))
"""In which no two places hold the same object."""
SCENARIOS = tuple(WHOLE["reactivation"])

NOT_TEXT: list[Any] = [None, 3, True, [], {}, "", "x" * 256]
NOT_CAMPAIGNS: list[Any] = [3, True, [], {}, "", "x" * 129]
NOT_DAYS: list[Any] = ["30", -1, 2.5, True, 3651, None, [30]]
NOT_FLAGS: list[Any] = ["yes", "true", 1, 0, None, {}, []]
NOT_MODES: list[Any] = ["", "Active", None, 1]
NOT_OBJECTS: list[Any] = [[], "x", 3, False]
NOT_DURATIONS: list[Any] = ["30M", "PT", "P", "PT-3M", 1800, None, "P9999999W", "P3651D", ""]
NOT_LISTS: list[Any] = ["x", {}, 3, None, ["x", "x"], [str(n) for n in range(501)]]


def _values_for(place: Place) -> list[Any]:
    """Values that a place of the document cannot hold."""
    match place:
        case ("mode",) | ("mode_overrides", _, _):
            return NOT_MODES
        case ("qualification", "threshold"):
            return ["60", 1_000_001, -1_000_001, None, True]
        case ("qualification", "repeat_cap"):
            return [0, 1001, 2.5, "25", None]
        case ("person_statuses", _, "kind"):
            return ["Nurture", 3]
        case ("person_statuses", _, "response_status"):
            return [3, "", True]
        case ("person_statuses", _, "nurture_timeout_days"):
            return [-1, "90", 1.5, 3651]
        case ("response_statuses", _):
            return ["old", 3, "non_response", ""]
        case (*_, "priority"):
            return [[], ["new", "new"], "new", None]
        case (*_, "priority", int()):
            return ["old", 3, None]
        case (*_, "only" | "except" | "owners" | "intermediate_owners"):
            return NOT_LISTS
        case (*_, "rules"):
            return ["x", {}, 3, None]
        case (*_, "only" | "except" | "owners" | "intermediate_owners", int()) | (*_, "to"):
            return NOT_TEXT
        case (*_, "map", _):
            return [None, *NOT_CAMPAIGNS]
        case ("assignment", *_, "fallback"):
            return [3, "", [], True]
        case (*_, "single" | "otherwise"):
            return NOT_CAMPAIGNS
        case (*_, "by"):
            return ["roles", "field:", "", 3, "field"]
        case (*_, "user_source"):
            return ["me", None, 1]
        case (*_, "lookback_days" | "cool_down_days"):
            return NOT_DAYS
        case (*_, "enabled" | "include_non_responses" | "require_prior_mql" | "active"):
            return NOT_FLAGS
        case (*_, "reminder"):
            return [one for one in NOT_DURATIONS if one is not None]
        case (*_, "delay" | "deadline"):
            return NOT_DURATIONS
        case (*_, "digest_from"):
            return [1, 101, "5", 2.5, None, True]
        case (*_, "subject" | "body"):
            return [
                *(one for one in NOT_TEXT if one != "x" * 256),
                "x" * 5001,
                "{% if",
                "{{ nothing }}",
                "{{ 'x' * 10 }}",
            ]
        case ("reactivation", "response_prompt", "fallback"):
            return ["default", None, 3]
    return NOT_OBJECTS


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place of a document, but what is below `lifecycle`, whose rules are not these."""
    if at:
        yield at
    if at == ("lifecycle",):
        return
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from _places(inner, (*at, key))


def _at(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document


def changed(place: Place, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(WHOLE)
    _at(document, place[:-1])[place[-1]] = value
    return document


def _without(place: Place) -> dict[str, Any]:
    document = copy.deepcopy(WHOLE)
    del _at(document, place[:-1])[place[-1]]
    return document


@dataclass(frozen=True)
class Broken:
    """A document as it is sent, and the one place where it is broken."""

    path: str
    body: bytes

    @staticmethod
    def of(place: Place, document: dict[str, Any]) -> "Broken":
        return Broken(path_of(place), json.dumps(document).encode())


_MAPS = {"profiles", "record_types", "person_statuses", "response_statuses", "map", "where", "lifecycle"}
"""Objects in which any key may stand."""


def broken() -> Iterator[Broken]:
    yield from (Broken.of(place, changed(place, value)) for place in _places(WHOLE) for value in _values_for(place))
    yield from _unknown_keys()
    yield from _missing()
    yield from _impossible_campaigns()
    yield from _overlapping()


def _objects() -> list[Place]:
    return [(), *(place for place in _places(WHOLE) if isinstance(_at(WHOLE, place), dict))]


def _unknown_keys() -> Iterator[Broken]:
    """At every level: a key in other letters, one of another level, and what is no name at all."""
    for place in _objects():
        if place and place[-1] in _MAPS:
            continue
        for name in ("Enabled", "lookback", "modes", "x.y", " ", "", "person_status", "Active"):
            yield Broken.of((*place, name), changed((*place, name), True))


def _missing() -> Iterator[Broken]:
    needed: list[Place] = [("person_statuses",), ("assignment", "rules", 0, "to")]
    needed += [("person_statuses", name, "active") for name in WHOLE["person_statuses"]]
    for scenario in ("active_status", "invocable"):
        needed += [("reactivation", scenario, "default_campaign", name) for name in ("by", "map")]
    yield from (Broken.of(place, _without(place)) for place in needed)


def _impossible_campaigns() -> Iterator[Broken]:
    """Wherever a default campaign is named: nobody told of it, it is inactive, it was deleted."""
    for place in _places(WHOLE):
        if "default_campaign" in place and place[-1] != "by" and _at(WHOLE, place) in KNOWN:
            for campaign in ("nowhere", IDLE, GONE, "Web-Activity"):
                yield Broken.of(place, changed(place, campaign))


def _overlapping() -> Iterator[Broken]:
    for scenario in SCENARIOS:
        types: Place = ("reactivation", scenario, "campaign_types")
        for one in ("Fair", "Webinar"):
            yield Broken.of(types, changed(types, {"only": ["Fair", "Webinar"], "except": [one]}))
    for place in _places(WHOLE):
        if isinstance(place[-1], str):
            yield from (Broken(path_of(place), body) for body in _told_twice(place))


def _told_twice(place: Place) -> Iterator[bytes]:
    """A key that stands twice, with the same value: in JSON, and in YAML."""
    marker = "told twice"
    held = copy.deepcopy(_at(WHOLE, place))
    parent = {name if name != place[-1] else marker: value for name, value in _at(WHOLE, place[:-1]).items()}
    document = changed(place[:-1], {**parent, place[-1]: held}) if len(place) > 1 else {**parent, place[-1]: held}
    for dumped in (json.dumps(document), yaml.safe_dump(document)):
        yield dumped.replace(marker, str(place[-1])).encode()
