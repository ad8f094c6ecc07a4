"""How an active response ends."""

from datetime import datetime

from rekindle.domain.assignment.transitions import cancel
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Deactivated, Ended
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Settings


def deactivate(
    person: Person,
    read_version: int,
    active: Response,
    why: Ended,
    at: datetime,
    settings: Settings,
    status: str | None,
    *,
    deleted: bool = False,
) -> Change:
    """The active response ends: the person has none, the response takes its closing status, the journey is told."""
    engagement = person.active
    if engagement is None:
        raise ValueError("no active response to end")
    state = replace(active.state, status=status, deleted=deleted)
    closed = active.with_state(state).traced(person.person_id, person.version)
    entry = Deactivated(
        person.person_id,
        engagement.response_id,
        engagement.campaign_id,
        engagement.cycle,
        why,
        at,
        settings.version,
    )
    person, steps = cancel(person, why, at, settings)
    return Change(replace(person, active=None), read_version, (closed,), entries=(entry, *steps))
