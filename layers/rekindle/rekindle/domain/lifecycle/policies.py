"""What the settings say of the lifecycle: calendars, policies of the handoff, reasons to recycle, tracks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.domain.lifecycle.calendar import Calendar, Window
from rekindle.domain.people.clock import ClockKind, Target
from rekindle.domain.settings.settings import Settings, duration, has_lifecycle

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BREACH, ESCALATE, WARN = "breach", "escalate", "warn"
BUSINESS_DAYS = "business_days"
KEEP, RESET = "keep", "reset"
DORMANT, REJECTED = "dormant", "rejected"
GIVEN_BY_RULE = (DORMANT, REJECTED)
"""The reasons that rules give by themselves, beside those that a policy's breach names."""
DARK_AFTER_DAYS = 14
LEAVE_ON = ("response", "active", "opted_out", "won")
SUPPRESS = ("opted_out", "open_case", "churned")


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """What is done when a share of a clock's target is consumed."""

    at: float
    action: str
    notify: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What sales owes to the leads that it is for."""

    name: str
    calendar: str
    where: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[ClockKind, Target] = field(default_factory=dict)
    pause_in: frozenset[str] = frozenset()
    """Statuses of a person in which its clocks stand still."""
    steps: tuple[PolicyStep, ...] = ()
    """In the order in which they are taken."""
    reassign_to: str | None = None
    recycles: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a lead goes back to marketing, and what that means."""

    name: str
    track: str | None = None
    nurture_timeout_days: int | None = None
    score: str = KEEP
    """`keep` or `reset`."""
    passive: bool = False
    """Whether a rule gives it, and no person."""
    needs_note: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """What is due to somebody on a track: so long after the entry, or at the beginning of a day."""

    name: str
    after: timedelta = timedelta()
    begins_at: datetime | None = None

    def due_at(self, entered_at: datetime) -> datetime:
        return self.begins_at if self.begins_at is not None else entered_at + self.after


@dataclass(frozen=True, slots=True)
class Track:
    name: str
    campaign_id: str | None = None
    touches: tuple[Touch, ...] = ()
    leave_on: frozenset[str] = frozenset(LEAVE_ON)


@dataclass(frozen=True, slots=True)
class Customers:
    """The programme for those who bought."""

    per: str = "product"
    campaign_id: str | None = None
    touches: tuple[Touch, ...] = ()
    suppress: frozenset[str] = frozenset(SUPPRESS)
    churned_person: Mapping[str, Any] = field(default_factory=dict)
    """What the fields of a person who churned are; empty: nothing says it."""
    churned_account: Mapping[str, Any] = field(default_factory=dict)
    lost_renewal: Mapping[str, Any] = field(default_factory=dict)
    """What the fields of a lost opportunity for what was bought are, if it was a renewal; empty: each is one."""


@dataclass(frozen=True, slots=True)
class LifecycleSettings:
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    cap: int | None = None
    """How often in `cap_days` somebody may be recycled."""
    cap_days: int = 365
    cool_down_days: int = 0
    """For how long at least nobody who was recycled comes back by a score or a response."""
    tracks: Mapping[str, Track] = field(default_factory=dict)
    tracks_at_once: int = 1
    """On how many somebody may be."""
    customers: Customers | None = None
    dormant_after: timedelta | None = None
    dark_after: timedelta | None = timedelta(days=DARK_AFTER_DAYS)
    """After how long a member of a campaign who has not responded went dark."""
    refinement_campaign: str | None = None
    """Where those who went dark become targets again."""

    def policy(self, name: str | None) -> Policy | None:
        return next((policy for policy in self.policies if policy.name == name), None)

    def policy_for(self, known: Mapping[str, Any]) -> Policy | None:
        """The first policy that is for a lead of whom this is known; None where nothing is owed."""
        return next((policy for policy in self.policies if matches(known, policy.where)), None)


def lifecycle_of(settings: Settings) -> LifecycleSettings | None:
    """None where the settings say nothing of it: then nobody has a lifecycle."""
    return settings.part(_lifecycle)


type Place = tuple[str | int, ...]
"""Where a value stands in the section: keys and positions."""


def owners_in(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Every user and queue that the section of a document names."""
    handoff = (document.get("lifecycle") or {}).get("handoff") or {}
    for place, policy in enumerate(handoff.get("policies") or ()):
        at = ("handoff", "policies", place)
        for which, step in enumerate(policy.get("escalate") or ()):
            yield (*at, "escalate", which, "notify"), step["notify"]
        reassign_to = (policy.get("breach") or {}).get("reassign_to")
        if reassign_to is not None:
            yield (*at, "breach", "reassign_to"), reassign_to


def campaigns_named(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Every campaign that a document names there, or for those who went dark."""
    section, responses = document.get("lifecycle") or {}, document.get("responses") or {}
    if responses.get("refinement_campaign") is not None:
        yield ("responses", "refinement_campaign"), responses["refinement_campaign"]
    named: dict[Place, Mapping[str, Any]] = {
        **{("lifecycle", "tracks", name): track for name, track in (section.get("tracks") or {}).items()},
        ("lifecycle", "customers"): section.get("customers") or {},
    }
    for at, one in named.items():
        if one.get("campaign_id") is not None:
            yield (*at, "campaign_id"), one["campaign_id"]


def matches(known: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether every named field has the value, one of the values, or a number within the bounds, that it names."""
    return all(_is(known.get(name.removeprefix("fields.")), wanted) for name, wanted in where.items())


AT_LEAST, AT_MOST = "at_least", "at_most"


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return bool(wanted.get(AT_LEAST, value) <= value <= wanted.get(AT_MOST, value))
    return any(value == one for one in wanted) if isinstance(wanted, list | tuple) else bool(value == wanted)


def covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether whoever matches the narrow condition matches the wide one, too."""
    return all(name in narrow and _within(narrow[name], wanted) for name, wanted in wide.items())


def _within(narrow: Any, wide: Any) -> bool:
    if isinstance(narrow, Mapping):
        return isinstance(wide, Mapping) and all(
            name in narrow and (narrow[name] >= bound if name == AT_LEAST else narrow[name] <= bound)
            for name, bound in wide.items()
        )
    listed = narrow if isinstance(narrow, list | tuple) else [narrow]
    return all(_is(one, wide) for one in listed)


def calendar_of(name: str, section: Mapping[str, Any]) -> Calendar:
    hours = section.get("hours") or {}
    return Calendar(
        name,
        section["time_zone"],
        tuple(tuple(sorted(map(Window.of, hours.get(day) or ()), key=lambda one: one.opens)) for day in WEEK),
        {date.fromisoformat(day["date"]): day.get("name") or "" for day in section.get("holidays") or ()},
    )


def target_of(written: Any) -> Target:
    if isinstance(written, Mapping):
        return Target(float(written[BUSINESS_DAYS]), in_days=True)
    return Target(duration(written).total_seconds())


def _lifecycle(document: Mapping[str, Any]) -> LifecycleSettings | None:
    if not has_lifecycle(document):
        return None
    try:
        return _read(document, ZoneInfo(document.get("time_zone", "UTC")))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None  # It was stored before the section was checked: it follows nobody until it is mended.


def dark_after(document: Mapping[str, Any]) -> timedelta:
    """After how long a member of a campaign who has not responded went dark."""
    return timedelta(days=(document.get("responses") or {}).get("dark_after_days", DARK_AFTER_DAYS))


def _read(document: Mapping[str, Any], zone: tzinfo) -> LifecycleSettings:
    section, responses = document.get("lifecycle") or {}, document.get("responses") or {}
    recycle = section.get("recycle") or {}
    dormant = section.get("dormant_after_days")
    customers = section.get("customers")
    return LifecycleSettings(
        calendars={name: calendar_of(name, one) for name, one in (section.get("calendars") or {}).items()},
        policies=tuple(_policy(one) for one in (section.get("handoff") or {}).get("policies") or ()),
        reasons={name: _reason(name, one) for name, one in (recycle.get("reasons") or {}).items()},
        cap=recycle.get("cap"),
        cap_days=recycle.get("cap_days", 365),
        cool_down_days=recycle.get("cool_down_days", 0),
        tracks={name: _track(name, one, zone) for name, one in (section.get("tracks") or {}).items()},
        tracks_at_once=section.get("tracks_at_once", 1),
        customers=None if customers is None else _customers(customers, zone),
        dormant_after=None if dormant is None else timedelta(days=dormant),
        dark_after=dark_after(document),
        refinement_campaign=responses.get("refinement_campaign"),
    )


def _policy(section: Mapping[str, Any]) -> Policy:
    breach = section.get("breach") or {}
    steps = [PolicyStep(at, WARN) for at in section.get("warn_at") or ()]
    steps += [PolicyStep(one["at"], ESCALATE, one["notify"]) for one in section.get("escalate") or ()]
    steps.append(PolicyStep(breach.get("at", 1), BREACH))
    return Policy(
        section["name"],
        section["calendar"],
        section.get("where") or {},
        {kind: target_of(section[kind]) for kind in ClockKind if section.get(kind) is not None},
        frozenset(section.get("pause_in") or ()),
        tuple(sorted(steps, key=lambda step: (step.at, _TAKEN.index(step.action), step.notify or ""))),
        breach.get("reassign_to"),
        breach.get("then") == "recycle",
        breach.get("reason"),
    )


_TAKEN = (WARN, ESCALATE, BREACH)
"""Of steps at one instant, the order."""


def _reason(name: str, section: Mapping[str, Any]) -> Reason:
    return Reason(
        name,
        section.get("track"),
        section.get("nurture_timeout_days"),
        section.get("score", KEEP),
        bool(section.get("passive")),
        section.get("note") == "required",
    )


def _touch(section: Mapping[str, Any], zone: tzinfo) -> Touch:
    if "date" in section:
        day = date.fromisoformat(section["date"])
        return Touch(section["name"], begins_at=datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))
    return Touch(section["name"], duration(section["after"]))


def _track(name: str, section: Mapping[str, Any], zone: tzinfo) -> Track:
    return Track(
        name,
        section.get("campaign_id"),
        tuple(_touch(one, zone) for one in section.get("touches") or ()),
        frozenset(section.get("leave_on", LEAVE_ON)),
    )


def _customers(section: Mapping[str, Any], zone: tzinfo) -> Customers:
    churn = section.get("churn") or {}
    return Customers(
        section.get("per", "product"),
        section.get("campaign_id"),
        tuple(_touch(one, zone) for one in section.get("touches") or ()),
        frozenset(section.get("suppress", SUPPRESS)),
        churn.get("person") or {},
        churn.get("account") or {},
        churn.get("lost_renewal") or {},
    )
