"""What a flow, an API caller or a rep asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.domain.core.digests import digest
from rekindle.domain.reactivation.decision import Trigger
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.settings.settings import NO_OVERRIDES, Overrides, Scenario

REMEMBERED = timedelta(hours=24)
"""How long a call of the API is known by its key."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that its sender may repeat: under one key it is one call, as of the instant of the first."""

    key: str
    content: str
    """Names what was asked, to tell a repetition from another call under the same key."""
    at: datetime
    lifetime: timedelta | None = REMEMBERED
    """None: it is never forgotten."""


def _sent(scenario: Scenario, request_id: str, subject: str, at: datetime) -> Call:
    # An archive that is played again may bring a request back at any time, under another time of its own.
    return Call(digest("sent", scenario, request_id, subject), "", at, lifetime=None)


@dataclass(frozen=True, slots=True)
class ReactivationRequested:
    """A person, or a task that leads to one, is to be reactivated."""

    request_id: str
    stamp: ChangeStamp
    person_id: str | None = None
    task_id: str | None = None
    user_id: str | None = None
    overrides: Overrides = NO_OVERRIDES
    dry_run: bool = False

    @property
    def call(self) -> Call:
        """The request as its sender may send it again: the same id for the same person is the same request."""
        return _sent(Scenario.INVOCABLE, self.request_id, self.person_id or self.task_id or "", self.stamp.at)

    def trigger(self, person_id: str) -> Trigger:
        return Trigger(
            Scenario.INVOCABLE,
            f"request:{self.request_id}",
            person_id,
            as_of=self.stamp.at,
            user_id=self.user_id,
            overrides=self.overrides,
            dry_run=self.dry_run,
        )


@dataclass(frozen=True, slots=True)
class ResponsePrompted:
    """A rep picked a response prompt campaign for a person."""

    request_id: str
    stamp: ChangeStamp
    person_id: str
    campaign_id: str
    user_id: str | None = None
    overrides: Overrides = NO_OVERRIDES

    @property
    def call(self) -> Call:
        return _sent(Scenario.RESPONSE_PROMPT, self.request_id, self.person_id, self.stamp.at)

    @property
    def trigger(self) -> Trigger:
        return Trigger(
            Scenario.RESPONSE_PROMPT,
            f"prompt:{self.request_id}",
            self.person_id,
            as_of=self.stamp.at,
            user_id=self.user_id,
            overrides=self.overrides,
            prompted_campaign_id=self.campaign_id,
        )
