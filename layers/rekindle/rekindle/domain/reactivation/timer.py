"""What waits for its time: a reactivation for the delay after a status change, a response for its own date, a crossing
for the end of other work on its person."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.decision import Trigger
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.settings.settings import Scenario, Settings

_STATUS = "status:"


def reactivation_timer(
    person_id: str, change: ChangeStamp, user_id: str | None, settings: Settings
) -> "ReactivationTimer":
    """The timer of a status change: due at once where the scenario is off, to say so."""
    scenario = settings.scenario(Scenario.ACTIVE_STATUS)
    due = change.at + scenario.delay if scenario.enabled else change.at
    return ReactivationTimer(person_id, change, due, user_id)


def changed_by(trigger_id: str) -> ChangeStamp:
    """The status change that a trigger of a timer names."""
    return ChangeStamp.parse(trigger_id.removeprefix(_STATUS))


@dataclass(frozen=True, slots=True)
class ReactivationTimer:
    person_id: str
    change: ChangeStamp
    """The status change, without the digests that tell deliveries apart."""
    due: datetime
    user_id: str | None = None
    """Who changed the status."""

    @property
    def name(self) -> str:
        """Names person and change: setting the same timer twice sets one."""
        return f"{digest(self.person_id)}-{digest(str(self.change))}"

    @property
    def trigger(self) -> Trigger:
        return Trigger(
            Scenario.ACTIVE_STATUS,
            f"{_STATUS}{self.change}",
            self.person_id,
            as_of=self.due,
            user_id=self.user_id,
            anchored_at=self.change.at,
            status_change=self.change,
        )


@dataclass(frozen=True, slots=True)
class ResponseTimer:
    """A response that is dated later than the CRM reported it: it is evaluated when its date is reached."""

    person_id: str
    response_id: str
    due: datetime

    @property
    def name(self) -> str:
        """Names response and date: setting the same timer twice sets one."""
        return f"{digest(self.person_id)}-{digest('response', self.response_id, times.text(self.due))}"


@dataclass(frozen=True, slots=True)
class CrossingTimer:
    """A crossing of the threshold that came while the person was in the middle of work of several steps."""

    person_id: str
    crossing: Crossing
    due: datetime

    @property
    def name(self) -> str:
        """Names person and change: setting the same timer twice sets one."""
        return f"{digest(self.person_id)}-{digest('crossing', self.crossing.trigger_id)}"


@dataclass(frozen=True, slots=True)
class IndexRun:
    """The next run in which the search's index of a person is written anew. It is no timer that is kept."""

    person_id: str


type Timer = ReactivationTimer | ResponseTimer | CrossingTimer
