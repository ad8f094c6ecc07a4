"""Backfill: past crossings that were never decided, decided now with their true dates; and the undo of a batch.

A crossing is judged by the threshold of its day, so an edited threshold leaves scores above it whose passing nobody
noticed. Decided in retrospect, such a crossing goes through the same engine as any other, as of the instant at which
the score rose. What is stricter: nothing is put in front of an engagement that came later.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.batch import Before, Member
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Outcome, Trigger
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, Details, Response
from rekindle.domain.settings.settings import Scenario, Settings


def trigger_of(batch_id: str, person_id: str, crossing: Crossing, *, dry_run: bool) -> Trigger:
    """Named by batch and crossing: decided once in a batch, and once more in a later one."""
    return Trigger(
        Scenario.SCORE,
        f"backfill:{batch_id}:{crossing.trigger_id}",
        person_id,
        crossing.at,
        score=crossing.score,
        previous_score=crossing.previous,
        dry_run=dry_run,
        batch_id=batch_id,
    )


def engaged_since(moment: datetime, responses: Iterable[Response]) -> bool:
    """Whether the person had an active response from an instant on: a cycle is not put before one that came later."""
    return any(
        response.state.activated_at is not None and response.state.activated_at >= moment for response in responses
    )


def remembered(change: Change, person: Person, responses: Mapping[str, Response]) -> Change:
    """An activation with what it found, for an undo. `held` is all of the person's responses, by id."""
    decision, engagement = change.decision, change.person.active
    if decision is None or decision.batch_id is None or engagement is None:
        raise ValueError("no activation of a batch")
    chosen = responses.get(engagement.response_id)
    before = Before(
        person.status,
        person.status_stamp,
        person.nurture_until,
        person.score_activated_at,
        person.cycles,
        chosen.state if chosen else None,
        chosen.details.member_status if chosen and chosen.details else None,
        person.assignment,
    )
    member = Member(
        decision.batch_id,
        decision.decision_id,
        person.person_id,
        engagement.response_id,
        engagement.campaign_id,
        decision.outcome,
        engagement.since,
        decision.decided_at,
        change.person.status,
        engagement.stage,
        before,
    )
    return replace(change, member=member)


# --- undo ------------------------------------------------------------------------------------------------------------


class Left(StrEnum):
    """Why an activation of a batch is left as it is: life went on."""

    MERGED = "MERGED"
    DEACTIVATED = "DEACTIVATED"
    REPLACED = "REPLACED"
    STAGE_REACHED = "STAGE_REACHED"
    STATUS_CHANGED = "STATUS_CHANGED"
    OPPORTUNITY_OPEN = "OPPORTUNITY_OPEN"
    RESPONSE_CHANGED = "RESPONSE_CHANGED"


def left(member: Member, person: Person, response: Response | None) -> Left | None:
    """What has happened to person or response since that an undo must not undo, or None."""
    active = person.active
    if person.merged_into is not None:
        return Left.MERGED
    if active is None or active.since != member.since:
        return Left.DEACTIVATED
    if active.decision_id != member.decision_id:
        return Left.REPLACED
    if person.has_open_opportunity:
        return Left.OPPORTUNITY_OPEN
    if active.stage != member.stage:
        return Left.STAGE_REACHED
    if person.status != member.status:
        return Left.STATUS_CHANGED
    if person.cycles != active.cycle:
        return Left.MERGED  # It took over somebody who had cycles of its own.
    if response is not None and _reported_since(member, response.details or Details()):
        return Left.RESPONSE_CHANGED
    return None


def undone(member: Member, person: Person, response: Response, at: datetime, settings: Settings) -> Change:
    """The change that restores what was there before an activation."""
    before, inserted = member.before, member.before.response_state is None
    # The same status, if the CRM reported it again since, keeps its place in the order of the CRM's changes.
    set_by_activation = person.status_stamp == ChangeStamp(member.since)
    restored = replace(
        person,
        version=person.version + 1,
        status=before.status,
        status_stamp=before.status_stamp if set_by_activation else person.status_stamp,
        nurture_until=before.nurture_until,
        score_activated_at=before.score_activated_at,
        cycles=before.cycles,
        assignment=before.assignment,
        responses=person.responses - inserted,
    )
    change = deactivate(
        restored,
        person.version,
        _as_before(member, response),
        Ended.BACKFILL_UNDONE,
        at,
        settings,
        before.response_state.status if before.response_state else NO_ACTION_REQUIRED,
        deleted=inserted,
    )
    return replace(change, member=replace(member, undone_at=at))


def _reported_since(member: Member, details: Details) -> bool:
    """Whether the CRM has since reported what the activation itself had made: a default's response, or that a member
    responded."""
    if member.before.response_state is None:
        return bool(details.stamps)
    if member.outcome is not Outcome.ACTIVATED_NON_RESPONSE:
        return False
    return any(_reported_after(member, details, name) for name in ("responded", "responded_at"))


def _reported_after(member: Member, details: Details, name: str) -> bool:
    stamp = details.stamps.get(name)
    return stamp is not None and stamp.at > member.decided_at


def _as_before(member: Member, response: Response) -> Response:
    """The response with what the activation changed of it as it was; what the CRM reported since stays."""
    before, details = member.before.response_state, response.details or Details()
    if before is None:
        return response.with_state(replace(response.state, activated_at=None))
    state = replace(response.state, activated_at=before.activated_at, reactivated_at=before.reactivated_at)
    if member.outcome is Outcome.ACTIVATED_NON_RESPONSE:
        state = replace(state, responded=before.responded, responded_at=before.responded_at)
        if not _reported_after(member, details, "member_status"):
            details = replace(details, member_status=member.before.member_status)
    return replace(response, state=state, details=details)
