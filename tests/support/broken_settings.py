"""A settings document with everything in it, and documents that are broken in one place each."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from rekindle.domain.settings.settings import path_of

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
        "score": {**_EVERYTHING, "cool_down_days": 0, "default_campaign": {"single": "web-activity"}},
        "active_status": {**_EVERYTHING, "delay": "PT30M", "default_campaign": _BY_ROLE},
        "invocable": {**_EVERYTHING, "default_campaign": {**_BY_ROLE, "by": "field:region", "user_source": "actor"}},
        "response_prompt": {**_EVERYTHING, "fallback": "none"},
        "opportunity": {"default_campaign": {"single": "web-activity"}},
    },
    "assignment": {
        "rules": [
            {"owners": ["q-1"], "where": {}, "to": "q-2", "deadline": "PT1H", "reminder": "PT15M", "fallback": "u"}
        ],
        "intermediate_owners": ["q-3"],
        "router": {
            "queues": ["q-2"],
            "steps": [
                {"to": "account_owner", "where": {}},
                {"to": "account_team", "role": "SDR"},
                {"to": "pool", "pool": "world"},
            ],
            "pools": {
                "world": {
                    "members": [{"user": "u", "capacity": 2, "quota": 20}],
                    "hours": {"days": ["mon", "sun"], "from": "09:00", "to": "17:00"},
                    "time_zone": "Europe/Oslo",
                    "holidays": ["2026-12-25"],
                }
            },
            "convert": True,
        },
    },
    "crm_fields": {"salesforce": {"Lead": {"score": ["Marketing_Score__c"], "first_name": []}}},
    "notifications": {
        "enabled": True,
        "digest_from": 5,
        "templates": {
            "assigned": {"subject": "For {{ owner.name }}", "body": "{{ person.name }}"},
            "digest": {"body": "{% for lead in leads %}{{ lead.person.name }}{% endfor %}"},
        },
    },
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
            return ["Nurture", 3, "open", "working", "qualified"]
        case ("person_statuses", _, "response_status"):
            return [3, "", True]
        case ("person_statuses", _, "nurture_timeout_days"):
            return [-1, "90", 1.5, 3651]
        case ("response_statuses", _):
            return ["old", 3, "non_response", ""]
        case ("crm_fields", "salesforce", _, _):
            return [*NOT_LISTS[:-1], [f"Field_{n}__c" for n in range(501)]]
        case ("crm_fields", "salesforce", _, _, int()):
            return [*NOT_TEXT, "Marketing Score", "9Score", "Name.", "a.b.c", "Score__c\n"]
        case (*_, "priority"):
            return [[], ["new", "new"], "new", None]
        case (*_, "priority", int()):
            return ["old", 3, None]
        case (*_, "only" | "except" | "owners" | "intermediate_owners"):
            return NOT_LISTS
        case (*_, "rules" | "steps"):
            return ["x", {}, 3, None]
        case (*_, "only" | "except" | "owners" | "intermediate_owners", int()):
            return NOT_TEXT
        case ("assignment", "rules", _, "to"):
            return NOT_TEXT
        case ("assignment", "router", *rest):
            return _values_for_router(tuple(rest))
        case (*_, "map", _):
            return [None, *NOT_CAMPAIGNS]
        case ("assignment", *_, "fallback"):
            return [3, "", [], True, "q-2"]
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
            return [*(one for one in NOT_DURATIONS if one is not None), "PT1H", "P2D"]
        case (*_, "deadline"):
            return [*NOT_DURATIONS, "PT0S", "P0W", "P0DT0M"]
        case (*_, "delay"):
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


def _values_for_router(place: Place) -> list[Any]:
    match place:
        case ("queues",):
            return ["x", {}, 3, None, ["q-2", "q-2"]]
        case ("queues", int()):
            return [*NOT_TEXT, "q-1"]
        case ("steps", _, "to"):
            return ["owner", "", None, 3]
        case ("steps", _, "role") | (*_, "user" | "time_zone"):
            return [*NOT_TEXT, *(["Europe/Nowhere"] if place[-1] == "time_zone" else [])]
        case ("steps", _, "pool"):
            return [*NOT_TEXT, "nowhere"]
        case (*_, "members" | "days"):
            return [[], "x", {}, 3, None]
        case (*_, "capacity"):
            return [0, 101, 1.5, "2", True, None]
        case (*_, "quota"):
            return [0, 1_000_001, 1.5, "20", True]
        case (*_, "days", int()):
            return ["Monday", "", None, 3]
        case (*_, "from" | "to"):
            return ["9:00", "24:00", "09:60", "09:00:00", "", None, 9]
        case (*_, "holidays"):
            return ["2026-12-25", {}, None, ["2026-12-25"] * 2]
        case (*_, "holidays", int()):
            return ["2026-02-30", "25.12.2026", "", None, 20261225]
        case (*_, "convert"):
            return NOT_FLAGS
        case ("pools",):
            return []  # A step complains too.
    return NOT_OBJECTS


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place of a document."""
    if at:
        yield at
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


_MAPS = {"profiles", "record_types", "person_statuses", "response_statuses", "map", "where", "pools"}
"""Objects in which any key may stand."""


def broken() -> Iterator[Broken]:
    yield from (Broken.of(place, changed(place, value)) for place in _places(WHOLE) for value in _values_for(place))
    yield from _unknown_keys()
    yield from _missing()
    yield from _without_effect()
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
    router: Place = ("assignment", "router")
    needed += [(*router, "steps", 1, "role"), (*router, "steps", 2, "pool")]
    needed += [(*router, "steps", place, "to") for place in range(3)]
    needed += [(*router, "pools", "world", "members"), (*router, "pools", "world", "members", 0, "user")]
    for scenario in ("active_status", "invocable"):
        needed += [("reactivation", scenario, "default_campaign", name) for name in ("by", "map")]
    yield from (Broken.of(place, _without(place)) for place in needed)


def _without_effect() -> Iterator[Broken]:
    """Keys that are known, at a place where nothing reads them."""
    scenarios: dict[str, dict[str, Any]] = {
        "score": {"delay": "PT1H", "fallback": "none"},
        "active_status": {"fallback": "none"},
        "invocable": {"delay": "PT1H", "fallback": "none"},
        "response_prompt": {"delay": "PT1H"},
    }
    for scenario, keys in scenarios.items():
        for name, value in keys.items():
            yield _with(("reactivation", scenario, name), value)
    default: Place = ("reactivation", "score", "default_campaign")
    by_role = {"by": "role", "map": {"SDR": "sdr"}}
    for told, fault in (
        ({"single": "ae", "otherwise": "sdr"}, "by"),
        ({"single": "ae", "map": {"SDR": "sdr"}}, "by"),
        ({"single": "ae", "by": None, "map": {"SDR": "sdr"}}, "by"),
        ({"by": None, "map": {}, "otherwise": "sdr"}, "by"),
        (by_role, "user_source"),
        ({**by_role, "user_source": "actor"}, "user_source"),
    ):
        yield Broken.of((*default, fault), changed(default, told))
    for name in ("Open - Not Contacted", "v1.2"):
        yield _with(("person_statuses", name, "nurture_timeout_days"), 3)
        for kind in ("new", "nurture", "recycle", "disqualified", "customer"):
            yield _with(("person_statuses", name, "kind"), kind)
    steps: Place = ("assignment", "router", "steps")
    yield _with((*steps, 0, "role"), "SDR")
    yield _with((*steps, 0, "pool"), "world")
    yield _with((*steps, 1, "pool"), "world")
    yield _with((*steps, 2, "role"), "SDR")
    yield Broken.of(("assignment", "router", "queues", 0), changed(("assignment", "rules"), []))
    yield Broken.of(("assignment", "router", "queues", 0), _without(("assignment", "rules")))


def _with(place: Place, value: Any) -> Broken:
    return Broken.of(place, changed(place, value))


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
