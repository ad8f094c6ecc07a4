"""Responses move from one person to another: after a merge, or since a CRM reports another owner of the response."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.capture.erasing import without_texts
from rekindle.domain.capture.transferring import closed_since, stays, transfer_engagement
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, has_opportunity
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.responses.response import ALREADY_ENGAGED, Response
from rekindle.domain.settings.settings import Settings


def by_campaign_and_date(response: Response) -> tuple[str, datetime]:
    return response.campaign_id, response.state.effective_at


Twins = Mapping[tuple[str, datetime], Response]
"""The survivor's own responses, from before the two became one, by campaign and date."""


def move_responses(survivor: Person, merged: Person, batch: Sequence[Response], twins: Twins) -> tuple[Change, Change]:
    """Move a batch of responses. Of two with one campaign and one date, one of each person, the one that came further
    stays; a person's own repeats are no twins."""
    unmatched = dict(twins)
    version = survivor.version + 1
    arriving: list[Response] = []
    dropped = added = 0
    for response in batch:
        response = without_texts(response, survivor)
        twin = None if response.state.deleted else unmatched.pop(by_campaign_and_date(response), None)
        if twin is not None:
            once = response.state.reactivated_at or twin.state.reactivated_at
            if _came_further(response, survivor) > _came_further(twin, survivor):
                arriving.append(_withdrawn(twin).traced(survivor.person_id, version))
                dropped += 1
                response = _reactivated(response, once)
            else:
                if once != twin.state.reactivated_at:
                    arriving.append(_reactivated(twin, once).traced(survivor.person_id, version))
                response = _withdrawn(response)
        added += not response.state.deleted
        arriving.append(response.traced(survivor.person_id, version))
    return (
        Change(
            replace(survivor, version=version, responses=survivor.responses + added - dropped),
            survivor.version,
            tuple(arriving),
        ),
        Change(
            replace(merged, version=merged.version + 1),
            merged.version,
            removed=tuple(r.response_id for r in batch),
        ),
    )


def transfer_response(
    person: Person,
    other: Person,
    response: Response,
    mine: Response | None,
    at: datetime,
    settings: Settings,
    owners: Owners,
) -> tuple[Change, Change]:
    """A response becomes another person's. Where it is the active one it stays active, unless that person has
    one that goes before. `mine` is that person's active response."""
    response = without_texts(response, person)
    counted = not response.state.deleted
    classes = person.classes_with_another(settings.class_map)
    after = replace(person, version=person.version + 1, responses=person.responses + counted, classes=classes)
    left = replace(other, version=other.version + 1, responses=other.responses - counted)
    arriving, leaving = Change(after, person.version), Change(left, other.version)
    engagement = other.active
    if engagement is not None and engagement.response_id == response.response_id:
        closing = closed_since(person, engagement, settings)
        if person.deleted or stays(person, engagement, has_opportunity(other)):
            leaving = deactivate(left, other.version, response, Ended.MERGED, at, settings, ALREADY_ENGAGED)
            (response,) = leaving.responses
        elif closing is not None:
            leaving = deactivate(left, other.version, response, Ended.STATUS_INACTIVE, at, settings, closing)
            (response,) = leaving.responses
        else:
            cycle = person.cycles + 1
            taking = replace(after, cycles=cycle)
            arriving = transfer_engagement(taking, person.version, other, cycle, mine, at, settings, owners)
            leaving = Change(replace(left, active=None, assignment=None), other.version)
    arrived = response.traced(person.person_id, after.version)
    return (
        replace(arriving, responses=(*arriving.responses, arrived)),
        replace(leaving, responses=(), removed=(response.response_id,)),
    )


def _came_further(response: Response, survivor: Person) -> tuple[bool, bool, bool]:
    state = response.state
    is_active = survivor.active is not None and survivor.active.response_id == response.response_id
    return is_active, state.reactivated_at is not None, state.activated_at is not None


def _reactivated(response: Response, at: datetime | None) -> Response:
    """A response is reactivated at most once, also as the twin of another."""
    return response.with_state(replace(response.state, reactivated_at=at))


def _withdrawn(response: Response) -> Response:
    return response.with_state(replace(response.state, deleted=True))
