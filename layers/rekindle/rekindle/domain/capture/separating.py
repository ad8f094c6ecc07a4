"""A union that is taken back: both records stand again as they stood before it.

That is possible only while nothing rests on the union: what came since would have to be divided, and nobody knows how.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rekindle.domain.core.errors import MergeInProgress, StateConflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Deactivated, Resumed, Separated
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.responses.response import Response, ResponseState, Trace
from rekindle.domain.settings.settings import Settings

MOST_RESPONSES = 30
"""Responses that move back in one transaction: three writes each stay below DynamoDB's 100."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Of the survivor, of the record that became it, and of the survivor's score; 0 where there is none."""

    survivor: int
    merged: int
    score: int


@dataclass(frozen=True, slots=True)
class Union:
    """What a union found, so that it can be taken back."""

    survivor: Person
    merged: Person
    at: datetime
    survivor_scored: bool
    """Whether the survivor had a score of its own."""
    ended: tuple[Deactivated, ...] = ()
    """The engagements that it ended."""
    untraced: Mapping[str, ResponseState] = field(default_factory=dict)
    """How responses stood of which the trail does not say so: the status of an active one follows the person's."""
    left: Versions | None = None
    """As it left them; None while it is not finished."""


class NotUnited(StateConflict):
    """The two were not united, or not by that pair."""

    code = "NOT_UNITED"


class DeletedSince(StateConflict):
    """The person was deleted since."""

    code = "DELETED_SINCE"


class UnitedAgain(StateConflict):
    """The person became another since, or another became it."""

    code = "UNITED_AGAIN"


class DecidedSince(StateConflict):
    """A decision was made since about both histories as one."""

    code = "DECIDED_SINCE"


class ScoredSince(StateConflict):
    """The score was changed since: whose it is cannot be known."""

    code = "SCORED_SINCE"


class ChangedSince(StateConflict):
    """The person or a response was changed since: whose change it is cannot be known."""

    code = "CHANGED_SINCE"


class TooManyResponses(StateConflict):
    """More responses were moved than one transaction can move back."""

    code = "TOO_MANY_RESPONSES"


def check_separation(
    union: Union, survivor: Person, merged: Person, score: Score | None, decisions: Iterable[Decision]
) -> None:
    """`decisions`: the survivor's newest. Raises the refusals of this module."""
    if survivor.deleted:
        raise DeletedSince("the person was deleted since")
    if merged.person_id in survivor.merging_ids:
        raise MergeInProgress("the two are still being united")
    expected = (union.merged.person_id, *union.merged.merged_ids)
    if survivor.merged_into is not None or survivor.merged_ids != (*union.survivor.merged_ids, *expected):
        raise UnitedAgain("the person was united with another since: take that back first")
    since = next((one for one in decisions if one.decided_at >= union.at), None)
    if since is not None:
        raise DecidedSince(f"the decision {since.decision_id} was made since")
    if union.left is None:
        raise ChangedSince("the union was interrupted: how it left the two is not known")
    if (score.version if score is not None else 0) != union.left.score:
        raise ScoredSince("the score was changed since")
    if (survivor.version, merged.version) != (union.left.survivor, union.left.merged):
        raise ChangedSince("the person or a response was changed since")


def separate(
    union: Union, survivor: Person, merged: Person, responses: Sequence[Response], at: datetime, settings: Settings
) -> tuple[Change, Change]:
    """Both records and all responses as they stood before. Raises TooManyResponses."""
    stays = replace(union.survivor, version=survivor.version + 1, classes="")
    leaves = replace(union.merged, version=merged.version + 1, classes="")
    kept: list[Response] = []
    moved: list[Response] = []
    for response in responses:
        before = _before(union, response)
        if before is None:
            continue
        whose, into = (leaves, moved) if before.person_id == leaves.person_id else (stays, kept)
        restored = replace(response, campaign_id=before.campaign_id).with_state(
            union.untraced.get(response.response_id, before.state)
        )
        into.append(restored.traced(whose.person_id, whose.version))
    if len(moved) + len(kept) // 3 > MOST_RESPONSES:
        raise TooManyResponses(f"{len(moved)} responses would have to move back: more than {MOST_RESPONSES}")
    parted = (Separated(stays.person_id, leaves.person_id, at, settings.version),
              Separated(leaves.person_id, stays.person_id, at, settings.version))  # fmt: skip
    again = tuple(
        Resumed(one.person_id, one.response_id, one.campaign_id, one.cycle, one.reason, one.at, at, settings.version)
        for one in union.ended
    )
    removed = tuple(one.response_id for one in moved)
    return (
        Change(stays, survivor.version, tuple(kept), entries=(*parted, *again), removed=removed),
        Change(leaves, merged.version, tuple(moved)),
    )


def untraced(responses: Iterable[Response]) -> dict[str, ResponseState]:
    return {one.response_id: one.state for one in responses if not one.trail or one.trail[-1].state != one.state}


def _before(union: Union, response: Response) -> Trace | None:
    """How a response stood before the union; None where the union left it as it was."""
    read = {union.survivor.person_id: union.survivor.version, union.merged.person_id: union.merged.version}
    for place, trace in enumerate(reversed(response.trail)):
        if trace.version <= read.get(trace.person_id, -1):
            return trace if place else None
    return None


def scores_before(union: Union, mine: Score | None, theirs: Score | None) -> list[tuple[Score, int]]:
    """The scores that are not as they were before, each with the version that it was read at."""
    changed: list[tuple[Score, int]] = []
    if theirs is not None and theirs.moved_to == union.survivor.person_id:
        changed.append((replace(theirs, moved_to=None, crosses=False, version=theirs.version + 1), theirs.version))
    if mine is not None and not union.survivor_scored and union.left is not None and mine.version == union.left.score:
        none = Score(mine.person_id, None, mine.stamp, version=mine.version + 1)
        changed.append((none, mine.version))
    return changed
