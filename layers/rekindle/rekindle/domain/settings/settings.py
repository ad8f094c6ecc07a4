"""The settings that govern every decision: one document, here as frozen values with their defaults.

The document's shape is checked before it comes here; `Settings.of` only fills in defaults.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.domain.core.values import replace
from rekindle.domain.responses.response import DEFAULT_CLASSES, NO_ACTION_REQUIRED, OPEN, WORKING, ResponseClass

STRICT_ORDER = (ResponseClass.NEW, ResponseClass.NEVER_ENGAGED, ResponseClass.FORMERLY_ENGAGED)


class Scenario(StrEnum):
    SCORE = "score"
    ACTIVE_STATUS = "active_status"
    INVOCABLE = "invocable"
    RESPONSE_PROMPT = "response_prompt"
    RESPONSE = "response"
    """A response's own arrival above the threshold. It is always on."""
    OPPORTUNITY = "opportunity"
    """An opportunity was opened of whose people nobody was active. Nothing is searched: a default is all there is."""


DURATION = re.compile(r"^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$", re.ASCII)


def duration(written: str) -> timedelta:
    """Read an ISO 8601 duration of weeks, days, hours, minutes and seconds. Raises ValueError."""
    match = DURATION.fullmatch(written)
    if not match:
        raise ValueError(f"{written!r} is not a duration such as PT30M or P1D")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


LONGEST_DURATION = timedelta(days=3650)
_PLAIN_KEY = re.compile(r"[^.\[\]\"]+")


def path_of(parts: Iterable[str | int]) -> str:
    """The place of a value in a document, such as `reactivation.score.lookback_days`; keys that would be misread stand
    in brackets, as positions in a list do."""
    written = ""
    for part in parts:
        if isinstance(part, str) and _PLAIN_KEY.fullmatch(part):
            written += f".{part}" if written else part
        else:
            written += f"[{json.dumps(part, ensure_ascii=False)}]"
    return written


@dataclass(frozen=True, slots=True)
class DefaultCampaign:
    """Which campaign gets a response inserted where the search found none."""

    single: str | None = None
    by: str | None = None
    """`role`, `profile` or `field:<name>` of the user."""
    map: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    user_source: str = "actor"

    @property
    def references(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Every campaign this names, with its place below `default_campaign`."""
        listed: list[tuple[tuple[str, ...], str | None]] = [(("single",), self.single)]
        listed += [(("map", value), campaign) for value, campaign in self.map.items()]
        listed += [(("otherwise",), self.otherwise)]
        return tuple((path, campaign) for path, campaign in listed if campaign is not None)


@dataclass(frozen=True, slots=True)
class ScenarioSettings:
    enabled: bool = True
    lookback_days: int = 30
    priority: tuple[ResponseClass, ...] = STRICT_ORDER
    include_non_responses: bool = False
    require_prior_mql: bool = False
    only_types: frozenset[str] = frozenset()
    except_types: frozenset[str] = frozenset()
    cool_down_days: int = 0
    default_campaign: DefaultCampaign | None = None
    delay: timedelta = timedelta()
    fallback: str = "keep_prompted"
    """What a response prompt falls back to. The other scenarios fall back to their default campaign, if any."""
    announce_skipped: bool = False
    """Whether others hear of it where nothing was done."""

    @property
    def lookback(self) -> timedelta:
        return timedelta(self.lookback_days)

    @property
    def order(self) -> tuple[ResponseClass, ...]:
        """The classes in the order they are searched: non-responses last, unless the priority names them."""
        if not self.include_non_responses or ResponseClass.NON_RESPONSE in self.priority:
            return self.priority
        return (*self.priority, ResponseClass.NON_RESPONSE)


_AS_BY_DEFAULT = ScenarioSettings()


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a caller asks for instead of the settings, for one call."""

    default_campaign_id: str | None = None
    lookback_days: int | None = None
    priority: tuple[ResponseClass, ...] | None = None
    include_non_responses: bool | None = None
    bypass_nurture_timeout: bool = False
    fallback: str | None = None
    """`default` or `none`; for a response prompt `keep_prompted` or `none`."""

    def over(self, settings: ScenarioSettings) -> ScenarioSettings:
        if self is NO_OVERRIDES:
            return settings
        chosen = {
            "lookback_days": self.lookback_days,
            "priority": self.priority,
            "include_non_responses": self.include_non_responses,
            "fallback": self.fallback,
            "default_campaign": DefaultCampaign(single=self.default_campaign_id) if self.default_campaign_id else None,
        }
        values: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
        if self.fallback == "none":
            values["default_campaign"] = None
        return replace(settings, **values)


NO_OVERRIDES = Overrides()


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """Whose leads wait for an owner, where, and what happens if none comes."""

    to: str
    owners: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    deadline: timedelta = timedelta(hours=1)
    reminder: timedelta | None = timedelta(minutes=15)
    fallback: str | None = None

    def takes_from(self, owner_id: str | None) -> bool:
        """A rule that names no owners is for all, and for the people who have none."""
        return not self.owners or owner_id in self.owners


KNOWN_AT_ONCE = frozenset({"kind", "status", "record_type", "owner_id"})
"""What a decision reads of a person in any case."""


ACTIVE_KINDS: Mapping[str, str] = {"open": OPEN, "working": WORKING, "qualified": "Qualified - New Opportunity"}
"""Kinds of active statuses, and the status that an active response takes with each. The other kinds are inactive."""


@dataclass(frozen=True, slots=True)
class PersonStatus:
    active: bool
    response_status: str | None = None
    kind: str | None = None
    nurture_timeout_days: int | None = None

    @property
    def closing_status(self) -> str:
        """The status that an active response takes when its person moves to this inactive status."""
        if self.response_status:
            return self.response_status
        by_kind = {"nurture": "Nurture", "recycle": "Recycled", "disqualified": "Disqualified"}
        return by_kind.get(self.kind or "", NO_ACTION_REQUIRED)


@dataclass(frozen=True)
class Settings:
    version: int = 0
    mode: str = "hybrid"
    profile_modes: Mapping[str, str] = field(default_factory=dict)
    record_type_modes: Mapping[str, str] = field(default_factory=dict)
    threshold: float = 60
    repeat_cap: int = 25
    person_statuses: Mapping[str, PersonStatus] = field(default_factory=dict)
    classes: Mapping[str, ResponseClass | None] = field(default_factory=lambda: DEFAULT_CLASSES)
    scenarios: Mapping[Scenario, ScenarioSettings] = field(default_factory=dict)
    assignment_rules: tuple[AssignmentRule, ...] = ()
    intermediate_owners: tuple[str, ...] = ()
    routed_queues: tuple[str, ...] = ()
    """The temporary owners whose leads our own router hands on. The leads of others wait for an engine."""
    time_zone: str = "UTC"
    """Of the months and days of reports."""
    link_destinations: tuple[str, ...] = ()
    """Where tracked links may lead: addresses, and what is below them."""
    document: Mapping[str, Any] = field(default_factory=dict, compare=False)
    _parts: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def scenario(self, scenario: Scenario) -> ScenarioSettings:
        return self.scenarios.get(scenario, _AS_BY_DEFAULT)

    def status(self, name: str | None) -> PersonStatus | None:
        """What a person's status means; None for one that the settings do not map, which is neither active nor
        inactive."""
        return self.person_statuses.get(name) if name is not None else None

    def is_unmapped(self, name: str | None) -> bool:
        """Whether a person has a status that the settings do not map: it is never overwritten."""
        return name is not None and name not in self.person_statuses

    def mode_for(self, user_mode: str | None, profile: str | None, record_type: str | None) -> str:
        """The mode an action runs in: the user's own, then the profile's, then the record type's, then the
        organisation's."""
        return (
            user_mode
            or self.profile_modes.get(profile or "")
            or self.record_type_modes.get(record_type or "")
            or self.mode
        )

    def part[T](self, read: Callable[[Mapping[str, Any]], T]) -> T:
        """A part of the document that only some functions use: read by those that do, once."""
        if read not in self._parts:
            self._parts[read] = read(self.document)
        read_part: T = self._parts[read]
        return read_part

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def temporary_owners(self) -> frozenset[str]:
        """Those who hold a lead only while it waits."""
        return frozenset(self.intermediate_owners) | {rule.to for rule in self.assignment_rules}

    @cached_property
    def owners_in_settings(self) -> frozenset[str]:
        """Those to whom a lead is given here, without an engine."""
        return self.temporary_owners | {rule.fallback for rule in self.assignment_rules if rule.fallback is not None}

    @cached_property
    def assignment_looks_further(self) -> bool:
        """Whether a rule asks for a field that a decision does not read in any case."""
        return any(name not in KNOWN_AT_ONCE for rule in self.assignment_rules for name in rule.where)

    @cached_property
    def has_lifecycle(self) -> bool:
        """Whether people have a lifecycle."""
        return has_lifecycle(self.document)

    @cached_property
    def open_status(self) -> str | None:
        return opening_status(self.person_statuses)

    @cached_property
    def class_map(self) -> str:
        """Names the map from status to class: an index written under another map must be read whole."""
        pairs = sorted((status, cls) for status, cls in self.classes.items() if cls)
        return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:8]

    @staticmethod
    def of(document: Mapping[str, Any], version: int) -> "Settings":
        """The settings that a document of the right shape says, with every default filled in."""
        qualification = document.get("qualification") or {}
        overrides = document.get("mode_overrides") or {}
        classes = {k: ResponseClass(v) if v else None for k, v in (document.get("response_statuses") or {}).items()}
        reactivation = document.get("reactivation") or {}
        assignment = document.get("assignment") or {}
        return Settings(
            version=version,
            mode=document.get("mode", "hybrid"),
            profile_modes=overrides.get("profiles") or {},
            record_type_modes=overrides.get("record_types") or {},
            threshold=qualification.get("threshold", 60),
            repeat_cap=qualification.get("repeat_cap", 25),
            person_statuses=_mapped(
                {name: _person_status(entry) for name, entry in (document.get("person_statuses") or {}).items()}
            ),
            classes={**DEFAULT_CLASSES, **classes},
            scenarios={Scenario(name): _scenario(section) for name, section in reactivation.items()},
            assignment_rules=tuple(_assignment_rule(rule) for rule in assignment.get("rules") or ()),
            intermediate_owners=tuple(assignment.get("intermediate_owners") or ()),
            routed_queues=tuple((assignment.get("router") or {}).get("queues") or ()),
            time_zone=document.get("time_zone", "UTC"),
            link_destinations=tuple(_links(document).get("allowed_destinations") or ()),
            document=document,
        )


def _links(document: Mapping[str, Any]) -> Mapping[str, Any]:
    links: Mapping[str, Any] = (document.get("responses") or {}).get("links") or {}
    return links


def _mapped(statuses: Mapping[str, PersonStatus]) -> Mapping[str, PersonStatus]:
    """The statuses, each active one with the response status it stands for: where nothing says which, the opening
    status is open, and any other one is worked."""
    opening = opening_status(statuses)
    return {
        name: status
        if not status.active or status.response_status is not None
        else replace(status, response_status=OPEN if name == opening else WORKING)
        for name, status in statuses.items()
    }


def opening_status(statuses: Mapping[str, PersonStatus]) -> str | None:
    """The status a reactivated person moves to: the active one whose responses are open, else the first active."""
    active = [name for name, status in statuses.items() if status.active]
    matching = [name for name in active if statuses[name].response_status == OPEN]
    return next(iter(matching or active), None)


def _person_status(section: Mapping[str, Any]) -> PersonStatus:
    status = PersonStatus(**section)
    if not status.active or status.response_status is not None:
        return status
    return replace(status, response_status=ACTIVE_KINDS.get(status.kind or ""))


def _scenario(section: Mapping[str, Any]) -> ScenarioSettings:
    keys = dict(section)
    types = keys.pop("campaign_types", None) or {}
    default = keys.pop("default_campaign", None)
    values: dict[str, Any] = {
        "only_types": frozenset(types.get("only") or ()),
        "except_types": frozenset(types.get("except") or ()),
        "default_campaign": DefaultCampaign(**default) if default else None,
    }
    if "priority" in keys:
        values["priority"] = tuple(ResponseClass(name) for name in keys.pop("priority"))
    if "delay" in keys:
        values["delay"] = duration(keys.pop("delay"))
    return ScenarioSettings(**keys, **values)


def _assignment_rule(section: Mapping[str, Any]) -> AssignmentRule:
    values = dict(section)
    values["owners"] = tuple(values.pop("owners", None) or ())
    if "deadline" in values:
        values["deadline"] = duration(values["deadline"])
    if values.get("reminder") is not None:
        values["reminder"] = duration(values["reminder"])
    return AssignmentRule(**values)


def has_lifecycle(document: Mapping[str, Any]) -> bool:
    """Whether a document says by which rules people have a lifecycle, or when somebody went dark."""
    responses = document.get("responses") or {}
    return bool(document.get("lifecycle")) or not {"dark_after_days", "refinement_campaign"}.isdisjoint(responses)
