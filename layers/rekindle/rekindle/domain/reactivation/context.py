"""What a decision looks at beside the trigger and the person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.assignment.transitions import NOBODY, Owners
from rekindle.domain.reactivation.search import CampaignOf, CandidatesByClass
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What a decision looks at beside the person."""

    settings: Settings
    campaign_of: CampaignOf
    candidates_of: CandidatesByClass
    repeats_of: Callable[[str], int]
    """How many responses the person has in a campaign, counted no further than the cap."""
    now: datetime
    owners: Owners = NOBODY
    fields_of_person: Callable[[], Mapping[str, Any]] = dict
    """Reads what else is known of the person, by name, where a rule of the assignment looks at it."""
    user_of: Callable[[str], User | None] = lambda user_id: None
    complete: Callable[[Response], Response] = lambda candidate: candidate
    """Reads the rest of a candidate: the search knows its own part only."""


def user_of(user_id: str | None, context: DecisionContext) -> User | None:
    return context.user_of(user_id) if user_id is not None else None
