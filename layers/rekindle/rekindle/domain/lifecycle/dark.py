"""Members of campaigns who do not respond: whose response is awaited, and who went dark."""

from collections.abc import Iterable
from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import WentDark
from rekindle.domain.lifecycle.nurture import may_be_contacted
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import AwaitedResponse, Lifecycle
from rekindle.domain.people.person import Person
from rekindle.domain.responses.response import Response

MOST = 100
"""Responses that are awaited of one person. Further memberships go dark unmarked."""
AT_ONCE = 10
"""Memberships that go dark in one change of a person, since each is written with it."""


def awaited_after(
    lifecycle: Lifecycle, responses: Iterable[Response], arriving: Iterable[Response]
) -> tuple[AwaitedResponse, ...]:
    """Whose response is awaited after a change. `arriving` are those of its responses that become the person's."""
    written = list(responses)
    over = {one.response_id for one in written if one.state.responded or one.state.deleted}
    answered = {one.campaign_id for one in written if one.state.responded and not one.state.deleted}
    found = {
        one.response_id: one
        for one in lifecycle.awaited
        if one.response_id not in over and one.campaign_id not in answered
    }
    for one in arriving:
        if _is_target(one) and one.campaign_id not in answered:
            found[one.response_id] = awaited(one)
    return tuple(sorted(found.values(), key=lambda one: (one.since, one.response_id)))[:MOST]


def awaited(response: Response) -> AwaitedResponse:
    return AwaitedResponse(response.response_id, response.campaign_id, response.state.effective_at)


def _is_target(response: Response) -> bool:
    """Whether somebody was targeted who has not responded. Whom Rekindle inserted nobody targeted."""
    state, details = response.state, response.details
    known = details is not None and (details.inserted_by is not None or details.dark_at is not None)
    return not (state.responded or state.deleted or known)


def went_dark(
    person: Person, lifecycle: Lifecycle, awaited_response: AwaitedResponse, at: datetime, rules: Rules
) -> WentDark:
    """Whoever may not be contacted, is active or is on a track becomes a target of no other campaign."""
    refinement = rules.lifecycle.refinement_campaign
    is_free = person.active is None and all(one.track is None for one in lifecycle.enrollments)
    refines = is_free and may_be_contacted(person) and refinement != awaited_response.campaign_id
    return WentDark(
        person.person_id,
        lifecycle.cycle,
        at,
        rules.settings.version,
        awaited_response.campaign_id,
        awaited_response.response_id,
        awaited_response.since,
        refinement if refines else None,
        person.responses,
        person.cycles,
        len(lifecycle.recyclings),
    )


def without(lifecycle: Lifecycle, one: AwaitedResponse) -> Lifecycle:
    return replace(lifecycle, awaited=tuple(other for other in lifecycle.awaited if other is not one))
