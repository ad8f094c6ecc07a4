"""What an opportunity does to the engagement that it belongs to.

It stamps SQL when it is opened. When it is won, lost or deleted the engagement ends, and the person is free for the
next one; when it is opened again the engagement goes on. The opportunity is read as all facts together say it is, so
the order in which they arrived does not matter.
"""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import BY_OPPORTUNITY, ORDER, Ended, Entry, Stage, deactivated, stage_reached
from rekindle.domain.people.person import EndedEngagement, Engagement, Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate, resumed
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.responses.response import (
    OPPORTUNITY_DELETED,
    OPPORTUNITY_LOST,
    OPPORTUNITY_WON,
    QUALIFIED,
    TERMINAL,
    Response,
)
from rekindle.domain.settings.settings import Settings

_STATUS_AFTER = {
    Ended.OPPORTUNITY_WON: OPPORTUNITY_WON,
    Ended.OPPORTUNITY_LOST: OPPORTUNITY_LOST,
    Ended.OPPORTUNITY_DELETED: OPPORTUNITY_DELETED,
}


@dataclass(frozen=True, slots=True)
class End:
    """How an opportunity ended."""

    reason: Ended
    at: datetime


def end_of(opportunity: Opportunity) -> End | None:
    """The first end of an opportunity: it was won or lost, or it was deleted before that."""
    ends = []
    if opportunity.is_won or opportunity.is_closed:
        reason = Ended.OPPORTUNITY_WON if opportunity.is_won else Ended.OPPORTUNITY_LOST
        stamp = opportunity.stamps["is_won" if opportunity.is_won else "is_closed"]
        closed_at = opportunity.closed_at
        # CRMs keep the expected date in the same field: one that is still to come is no date of an end.
        ends.append(End(reason, closed_at if closed_at is not None and closed_at <= stamp.at else stamp.at))
    if opportunity.deleted:
        ends.append(End(Ended.OPPORTUNITY_DELETED, opportunity.stamps["deleted"].at))
    return min(ends, key=lambda end: end.at, default=None)


def belongs_to(person: Person, opportunity: Opportunity) -> bool:
    """Whether the opportunity came of the person's newest engagement."""
    engagement = person.active or (person.ended.engagement if person.ended is not None else None)
    return engagement is not None and engagement.opportunity_id == opportunity.opportunity_id


def may_belong_to(person: Person, opportunity: Opportunity, *, until: datetime) -> bool:
    """Whether the opportunity can have come of the person's active response: that was active by `until`, and has no
    other opportunity."""
    active, end = person.active, end_of(opportunity)
    if active is None or active.opportunity_id is not None or active.since > until:
        return False
    return end is None or active.since <= end.at


def follow_opportunity(
    person: Person, response: Response, opportunity: Opportunity, settings: Settings
) -> Change | None:
    """The change that the opportunity makes to the engagement that it belongs to, or is to belong to; None where that
    stands as the opportunity says. `response` is the engagement's."""
    if person.active is not None:
        return _follow_active(person, person.active, response, opportunity, settings)
    if person.ended is not None:
        return _follow_ended(person, person.ended, response, opportunity, settings)
    return None


def _follow_active(
    person: Person, active: Engagement, response: Response, opportunity: Opportunity, settings: Settings
) -> Change | None:
    end = end_of(opportunity)
    at = max(end.at, active.since) if end is not None else None
    engagement = _qualified(active, opportunity, at)
    if end is None and engagement == active:
        return None
    entries = _stages(person.person_id, active, engagement, settings)
    after = replace(person, version=person.version + 1, active=engagement)
    response = response.with_state(response.state.with_status(QUALIFIED))
    if end is None or at is None:
        return Change(after, person.version, (response,), entries=tuple(entries))
    if end.reason is Ended.OPPORTUNITY_WON:
        engagement = replace(engagement, stage=Stage.WON)
        entries.append(stage_reached(person.person_id, engagement, Stage.WON, at, settings))
        after = replace(after, active=engagement)
    change = deactivate(after, person.version, response, end.reason, at, settings, _STATUS_AFTER[end.reason])
    return replace(change, entries=(*entries, *change.entries))


def _follow_ended(
    person: Person, ended: EndedEngagement, response: Response, opportunity: Opportunity, settings: Settings
) -> Change | None:
    """The engagement has ended. It goes on where its opportunity was opened again. Else the opportunity's own end
    counts, also where a rep's word or a later end was known before it."""
    end = end_of(opportunity)
    by_opportunity = ended.reason in BY_OPPORTUNITY
    if end is None:
        # Also where a rep had ended it before: the opportunity's own end came after that, and was taken back.
        reopened = by_opportunity or response.state.status in TERMINAL
        return _gone_on(person, ended, response, opportunity, settings) if reopened else None
    at = max(end.at, ended.engagement.since)
    if by_opportunity and end.reason == ended.reason:
        at = min(at, ended.at)
    engagement = _qualified(ended.engagement, opportunity, at)
    entries = _stages(person.person_id, ended.engagement, engagement, settings)
    if by_opportunity and at > ended.at:
        # It was opened again and closed in one step.
        engagement = replace(engagement, stage=Stage.SQL)
        entries.append(resumed(person, ended, at, settings))
    if end.reason is Ended.OPPORTUNITY_WON:
        engagement = replace(engagement, stage=Stage.WON)
    now = replace(ended, engagement=engagement)
    if by_opportunity or at <= ended.at:
        now = replace(now, reason=end.reason, at=at)
    # Only what is news is written: a fact of before the end may have moved SQL alone.
    ends_otherwise = (now.reason, now.at) != (ended.reason, ended.at) or _worth(engagement) != _worth(ended.engagement)
    if end.reason is Ended.OPPORTUNITY_WON and (ends_otherwise or ended.engagement.stage != Stage.WON):
        entries.append(stage_reached(person.person_id, engagement, Stage.WON, at, settings))
    if now.reason == end.reason and ends_otherwise:
        entries.append(deactivated(person.person_id, engagement, end.reason, at, settings))
    state = response.state.with_status(_STATUS_AFTER[end.reason])
    if now == ended and state == response.state:
        return None
    after = replace(person, version=person.version + 1, ended=now)
    return Change(
        after,
        person.version,
        (response.traced(person.person_id, after.version, state),),
        entries=tuple(entries),
    )


def _gone_on(
    person: Person, ended: EndedEngagement, response: Response, opportunity: Opportunity, settings: Settings
) -> Change:
    """The opportunity was opened again: the same cycle and the same credit, and no new MQL."""
    names = opportunity.stamps.keys() & {"is_won", "is_closed"}
    at = max((opportunity.stamps[name].at for name in names), default=ended.at)
    engagement = replace(_qualified(ended.engagement, opportunity, None), stage=Stage.SQL)
    after = replace(person, version=person.version + 1, active=engagement, ended=None, nurture_until=None)
    state = response.state.with_status(QUALIFIED)
    return Change(
        after,
        person.version,
        (response.traced(person.person_id, after.version, state),),
        entries=(resumed(person, ended, max(at, ended.at), settings),),
    )


def _qualified(engagement: Engagement, opportunity: Opportunity, until: datetime | None) -> Engagement:
    """The engagement with its opportunity, since when it has that, and what it was worth at the end. A later change of
    the amount is not the cycle's."""
    opened = max(opportunity.opened_at, engagement.since)
    qualified = replace(
        engagement,
        opportunity_id=opportunity.opportunity_id,
        qualified_at=min(engagement.qualified_at or opened, opened),
        stage=max(Stage(engagement.stage), Stage.SQL, key=ORDER.index),
    )
    for name in ("amount", "currency"):
        stamp = opportunity.stamps.get(name)
        if stamp is not None and (until is None or stamp.at <= until or getattr(engagement, name) is None):
            qualified = replace(qualified, **{name: getattr(opportunity, name)})
    return qualified


def _worth(engagement: Engagement) -> tuple[float | None, str | None]:
    return engagement.amount, engagement.currency


def _stages(person_id: str, before: Engagement, now: Engagement, settings: Settings) -> list[Entry]:
    """SQL with its date and the amount where either is news, and with it a stage that was skipped."""
    if now.qualified_at is None:
        return []
    earlier = before.qualified_at is None or now.qualified_at < before.qualified_at
    if not earlier and _worth(now) == _worth(before):
        return []
    skipped = ORDER[ORDER.index(Stage(before.stage)) + 1 : ORDER.index(Stage.SQL)]
    return [stage_reached(person_id, now, stage, now.qualified_at, settings) for stage in (*skipped, Stage.SQL)]
