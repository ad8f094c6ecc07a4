"""A person's lifecycle, as the JSON that is stored with the person, and back.

There is a letter for each name, because a person is written with every change, and billed by the kilobyte.
"""

from collections.abc import Mapping
from typing import Any

from rekindle.adapters.dynamodb import people_encoding
from rekindle.adapters.dynamodb.encoding import Json, decoded, encoded
from rekindle.adapters.dynamodb.tables import OWED
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.values import replace
from rekindle.domain.people.clock import HandoffClock, Target
from rekindle.domain.people.lifecycle import AwaitedResponse, Enrollment, Handoff, Lifecycle, Purchase, Recycling
from rekindle.domain.people.person import Person

_STORED = "way"


def core(person: Person) -> Json:
    """What decisions look at of a person, and the lifecycle."""
    stored_core = people_encoding.core(person)
    return stored_core if person.lifecycle is None else {**stored_core, _STORED: written(person.lifecycle)}


def person(person_id: str, version: int, stored: Mapping[str, Any], stored_profile: Mapping[str, Any] | None) -> Person:
    """The reverse of `core`."""
    if _STORED not in stored:
        return people_encoding.person(person_id, version, stored, stored_profile)
    others = {name: value for name, value in stored.items() if name != _STORED}
    read_person = people_encoding.person(person_id, version, others, stored_profile)
    return replace(read_person, lifecycle=read(stored[_STORED]))


def owed(person: Person, shards: int) -> dict[str, str]:
    """Where the index of clocks has the person, in one of several partitions: in others where sales owes nothing and
    only a touch is due. Nowhere, where nothing is to be done."""
    lifecycle = person.lifecycle
    if lifecycle is None or not (lifecycle.is_owed or lifecycle.due_at is not None):
        return {}
    at = times.sortable(lifecycle.due_at or times.LAST)
    shard = int(digest(person.person_id), 16) % shards
    return {OWED: str(shard) if lifecycle.is_owed else f"{TOUCHES}{shard}", "owed_at": f"{at}#{person.person_id}"}


TOUCHES = "touch#"
"""How the partitions of those begin to whom sales owes nothing."""


_LIFECYCLE = {
    "state": "s",
    "since": "t",
    "cycle": "n",
    "inquired_at": "q",
    "due_at": "d",
    "heard_at": "l",
}
_HANDOFF = {
    "cycle": "n",
    "settings_version": "v",
    "passed_at": "a",
    "policy": "p",
    "accepted_at": "c",
    "is_paused": "x",
    "reassigned": "r",
    "rejections": "j",
    "rejected": "e",
    "rejected_by": "u",
    "note": "o",
}
_CLOCK = {
    "kind": "k",
    "started_at": "a",
    "counted_at": "c",
    "consumed": "u",
    "paused_seconds": "p",
    "state": "s",
    "steps_done": "t",
    "warned_at": "w",
    "breached_at": "b",
    "met_at": "m",
    "due_at": "d",
}
_RECYCLING = {
    "cycle": "n",
    "at": "a",
    "reason": "y",
    "passive": "p",
    "track": "t",
    "returned_at": "b",
    "user_id": "u",
    "note": "o",
}


_ENROLLMENT = {
    "cycle": "n",
    "settings_version": "v",
    "entered_at": "a",
    "track": "t",
    "product": "p",
    "touches_done": "k",
}


_AWAITED = {
    "response_id": "i",
    "campaign_id": "c",
    "since": "a",
}
_PURCHASE = {
    "opportunity_id": "i",
    "at": "a",
    "product": "p",
    "churned_at": "c",
}


def written(lifecycle: Lifecycle) -> Json:
    stored = _short(lifecycle, _LIFECYCLE)
    if lifecycle.handoff is not None:
        stored["h"] = {
            **_short(lifecycle.handoff, _HANDOFF),
            "l": [_clock(clock) for clock in lifecycle.handoff.clocks],
        }
    if lifecycle.recyclings:
        stored["r"] = [_short(one, _RECYCLING) for one in lifecycle.recyclings]
    if lifecycle.enrollments:
        stored["e"] = [_short(one, _ENROLLMENT) for one in lifecycle.enrollments]
    if lifecycle.bought:
        stored["b"] = [_short(one, _PURCHASE) for one in lifecycle.bought]
    if lifecycle.awaited:
        stored["w"] = [_short(one, _AWAITED) for one in lifecycle.awaited]
    return stored


def read(stored: Mapping[str, Any]) -> Lifecycle:
    values = _long(Lifecycle, stored, _LIFECYCLE)
    if "h" in stored:
        values["handoff"] = Handoff(
            **_long(Handoff, stored["h"], _HANDOFF), clocks=tuple(map(_read_clock, stored["h"]["l"]))
        )
    values["recyclings"] = tuple(Recycling(**_long(Recycling, one, _RECYCLING)) for one in stored.get("r", ()))
    values["enrollments"] = tuple(Enrollment(**_long(Enrollment, one, _ENROLLMENT)) for one in stored.get("e", ()))
    values["bought"] = tuple(Purchase(**_long(Purchase, one, _PURCHASE)) for one in stored.get("b", ()))
    values["awaited"] = tuple(AwaitedResponse(**_long(AwaitedResponse, one, _AWAITED)) for one in stored.get("w", ()))
    return Lifecycle(**values)


def _clock(clock: HandoffClock) -> Json:
    """What is as at the start of the clock is left out."""
    stored = {**_short(clock, _CLOCK), "g": clock.target.amount}
    if clock.target.in_days:
        stored["y"] = 1
    if clock.counted_at == clock.started_at:
        del stored["c"]
    return stored


def _read_clock(stored: Mapping[str, Any]) -> HandoffClock:
    values = _long(HandoffClock, stored, _CLOCK)
    values.setdefault("counted_at", values["started_at"])
    return HandoffClock(target=Target(stored["g"], in_days="y" in stored), **values)


def _short(value: Any, letters: Mapping[str, str]) -> Json:
    kept = encoded(value, frozenset(name for name in value.__slots__ if name not in letters))
    return {letters[name]: entry for name, entry in kept.items()}


def _long(kind: Any, stored: Mapping[str, Any], letters: Mapping[str, str]) -> dict[str, Any]:
    return decoded(kind, {name: stored[letter] for name, letter in letters.items() if letter in stored})
