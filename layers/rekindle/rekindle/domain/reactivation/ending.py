"""How an active response ends, and how one goes on whose end was taken back."""

from datetime import datetime

from rekindle.domain.assignment.transitions import cancel
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, Resumed, deactivated
from rekindle.domain.people.person import EndedEngagement, Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Settings


def deactivate(
    person: Person,
    read_version: int,
    active: Response,
    reason: Ended,
    at: datetime,
    settings: Settings,
    status: str | None,
    *,
    deleted: bool = False,
) -> Change:
    """The active response ends: the person has none, the response takes its closing status, the journey is recorded."""
    engagement = person.active
    if engagement is None:
        raise ValueError("no active response to end")
    state = replace(active.state, status=status, deleted=deleted)
    closed = active.with_state(state).traced(person.person_id, person.version)
    entry = deactivated(person.person_id, engagement, reason, at, settings)
    person, steps = cancel(person, reason, at, settings)
    ended = None if reason in _FINAL else EndedEngagement(engagement, reason, at, active.state.status)
    return Change(replace(person, active=None, ended=ended), read_version, (closed,), entries=(entry, *steps))


_FINAL = frozenset({Ended.MERGED, Ended.REPLACED, Ended.BACKFILL_UNDONE})
"""Ends that nothing takes back: another engagement is there instead, or none ever was."""


def resumed(person: Person, ended: EndedEngagement, at: datetime, settings: Settings) -> Resumed:
    """The entry of an engagement that goes on as a person's own."""
    engagement = ended.engagement
    return Resumed(
        person.person_id,
        engagement.response_id,
        engagement.campaign_id,
        engagement.cycle,
        Ended(ended.reason),
        ended.at,
        at,
        settings.version,
    )
