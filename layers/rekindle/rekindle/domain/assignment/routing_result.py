"""What the router decided for an assignment, and why: an entry of the ledger. The rules are in `routing`, which only
those who route have to load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rekindle.domain.core import times


class By(StrEnum):
    """How a step of the router finds an owner."""

    ACCOUNT_OWNER = "account_owner"
    ACCOUNT_TEAM = "account_team"
    POOL = "pool"


class Passed(StrEnum):
    """Why somebody who might have got the lead was passed over."""

    INACTIVE_USER = "INACTIVE_USER"
    ABSENT = "ABSENT"
    HOLIDAY = "HOLIDAY"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    QUOTA_REACHED = "QUOTA_REACHED"
    TEMPORARY_OWNER = "TEMPORARY_OWNER"
    """Who only holds leads while they wait ends no wait."""


class Unrouted(StrEnum):
    """Why no owner was found."""

    NO_STEP = "NO_STEP"
    """No step of the router is for this lead."""
    NOBODY_AVAILABLE = "NOBODY_AVAILABLE"


@dataclass(frozen=True, slots=True)
class Routing:
    """An entry of the ledger: what the router decided for an assignment, and why."""

    person_id: str
    assignment_id: str
    at: datetime
    settings_version: int
    owner_id: str | None = None
    reason: str | None = None
    """Why no owner was found; None where one was."""
    place: int | None = None
    """Which step of the router found the owner, counted from 0."""
    by: By | None = None
    account_id: str | None = None
    matched_by: str | None = None
    unmatched: str | None = None
    suggested: tuple[str, ...] = ()
    """Accounts that are only like the person's."""
    pool: str | None = None
    turn: int | None = None
    """Whose turn it was among those available, counted from 0."""
    passed: Mapping[str, str] = field(default_factory=dict)
    """Who was passed over, and why. Those who are not here only had no turn."""
    convert: bool = False
    status: str | None = None
    """What the contact is to inherit where the CRM is asked to convert."""
    again_at: datetime | None = None
    """When it is tried again: the next instant at which somebody is at work."""

    @property
    def sentence(self) -> str:
        """The decision in words."""
        matched = f"account {self.account_id} ({_MATCHED.get(self.matched_by or '', 'matched')})"
        match self.by:
            case By.ACCOUNT_OWNER:
                text = f"{self.owner_id} got the lead as owner of its {matched}"
            case By.ACCOUNT_TEAM:
                text = f"{self.owner_id} got the lead as a member of the team of its {matched}"
            case By.POOL:
                text = f"{self.owner_id} got the lead because it was their turn in pool {self.pool}"
            case None:
                again = f"; it is tried again at {times.text(self.again_at)}" if self.again_at else ""
                text = f"Nobody got the lead: {_UNROUTED[self.reason or Unrouted.NO_STEP]}{again}"
        left = ", ".join(f"{who} was {_PASSED[passed]}" for who, passed in self.passed.items())
        return f"{text}{'; ' + left if left else ''}."


_MATCHED = {
    "ADDRESS": "a contact of it has the same e-mail address",
    "DOMAIN": "it has the domain of the e-mail address",
    "DOMAIN_AND_NAME": "it has the domain of the e-mail address, and the company's name",
    "DOMAIN_OF_PARENT": "it is the parent of all with the domain of the e-mail address",
    "COMPANY_NAME": "it alone has the company's name",
}
_UNROUTED: Mapping[str, str] = {
    Unrouted.NO_STEP: "no step of the router is for it",
    Unrouted.NOBODY_AVAILABLE: "nobody was available",
}
_PASSED: Mapping[str, str] = {
    Passed.INACTIVE_USER: "not active",
    Passed.ABSENT: "absent",
    Passed.HOLIDAY: "on holiday",
    Passed.OUTSIDE_HOURS: "outside working hours",
    Passed.QUOTA_REACHED: "at the quota of the day",
    Passed.TEMPORARY_OWNER: "no more than a temporary owner",
}
