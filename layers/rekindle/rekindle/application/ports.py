"""What the use cases need from outside, as the use cases see it. Adapters raise the domain's `Conflict` and
`Unavailable`, never a vendor's error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

# Only names in annotations: which function pays for which part of the domain is not for its ports to say.
if TYPE_CHECKING:
    from rekindle.domain.assignment.matching import Candidate
    from rekindle.domain.assignment.round_robin import Capacities
    from rekindle.domain.assignment.timer import AssignmentTimer
    from rekindle.domain.campaigns.campaign import Campaign
    from rekindle.domain.failures.failure import Backlog, Failure, FailureState
    from rekindle.domain.lifecycle.journey import Entry
    from rekindle.domain.notifications.events import Event
    from rekindle.domain.notifications.notification import Message
    from rekindle.domain.notifications.template import Template, Text, Values
    from rekindle.domain.people.assignment import AssignmentState
    from rekindle.domain.people.person import Erasure, Person
    from rekindle.domain.people.score import Score
    from rekindle.domain.reactivation.batch import Batch, Member
    from rekindle.domain.reactivation.change import Change
    from rekindle.domain.reactivation.decision import Decision
    from rekindle.domain.reactivation.request import Call
    from rekindle.domain.reactivation.timer import Timer
    from rekindle.domain.records.account import Account
    from rekindle.domain.records.kind import Kind
    from rekindle.domain.records.opportunity import Opportunity
    from rekindle.domain.records.queue import Queue
    from rekindle.domain.records.stamps import ChangeStamp
    from rekindle.domain.records.task import Task
    from rekindle.domain.records.user import User
    from rekindle.domain.responses.member_change import MemberChange
    from rekindle.domain.responses.response import Response, ResponseClass, ResponseOwner
    from rekindle.domain.settings.settings import Settings

Clock = Callable[[], datetime]


class Candidates(Protocol):
    """One consistent look at a person and the best candidates, which reads on only as far as it is asked to."""

    @property
    def person(self) -> Person | None: ...

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        """The candidates of one class dated no later than `newest`, best first, only the search's part of each."""
        ...


class ListedBy(StrEnum):
    """The lists of people: by e-mail address, telephone number, and beginning of the name."""

    MAIL = "mail"
    PHONE = "phone"
    NAME = "name"


class People(Protocol):
    """Persons with their responses."""

    def get(self, person_id: str) -> Person | None:
        """The whole person, as last committed."""
        ...

    def get_response(self, person_id: str, response_id: str) -> Response | None:
        """The whole response, as last committed."""
        ...

    def load(self, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
        """Both in one request."""
        ...

    def responses(self, person_id: str, after: str | None = None) -> Iterator[Response]:
        """All of a person's responses, whole, in the order of their ids, those up to `after` left out."""
        ...

    def candidates(self, person_id: str) -> Candidates: ...

    def repeats(self, person_id: str, campaign_id: str, limit: int) -> int:
        """How many responses the person has in a campaign, counted up to `limit`."""
        ...

    def assigned(self, state: AssignmentState, limit: int, start: str | None = None) -> Page[Person]:
        """People by the state of their assignment: those who wait by what is due next, the others by the instant at
        which they were activated, the earliest first."""
        ...

    def count_assigned(self, state: AssignmentState) -> int:
        """How many people have an assignment in this state, as of a moment ago."""
        ...

    def listed(self, by: ListedBy, key: str, limit: int, start: str | None = None) -> Page[str]:
        """Ids of people under a key of `domain.people.directory`, in the order of their names or ids. A person who was
        changed a moment ago may be missing, or still listed. `next` is where the next page begins."""
        ...

    def owner_of_response(self, response_id: str) -> ResponseOwner | None:
        """Whose response it is, as last committed."""
        ...

    def record_tombstone(self, response_id: str, deleted: ChangeStamp, read: ChangeStamp | None) -> None:
        """Keep that a response nobody has was deleted. Raises Conflict where its home is no longer what was read: a
        deletion, or None."""
        ...

    def commit(self, *changes: Change) -> None:
        """Write all of it or nothing. Raises Conflict where a condition of a change does not hold: also where a
        response arrives that is another person's and does not leave that one in the same commit."""
        ...

    def reindex(self, person: Person, classes: Mapping[str, ResponseClass | None], class_map: str) -> None:
        """Write the index of the search anew, under another map from status to class. Raises Conflict."""
        ...


@dataclass(frozen=True, slots=True)
class Page[T]:
    items: Sequence[T]
    next: str | None


class Scores(Protocol):
    def get(self, person_id: str) -> Score | None: ...

    def put(self, score: Score, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version` (0: where there is one)."""
        ...

    def page(self, limit: int, start: str | None = None) -> Page[Score]:
        """All scores, page by page, in an order that stays the same. `next` is the id of the last person."""
        ...


class Ledger(Protocol):
    def get(self, decision_id: str) -> Decision | None: ...

    def add(self, decision: Decision) -> Decision:
        """Store a decision that changes nothing else; answers the one already stored under that id, if any."""
        ...

    def remember(self, call: Call) -> Call:
        """Keep a call under its key for its lifetime; answers the one already kept, if any."""
        ...

    def add_member_change(self, change: MemberChange) -> None:
        """Keep for a while that a transaction made or deleted a member."""
        ...

    def member_changes(self, transaction: str, campaign_id: str) -> Sequence[MemberChange]:
        """What is kept of a transaction's members in one campaign, as last written."""
        ...

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        """A person's decisions, newest first."""
        ...

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        """Decisions and what became of the active responses, newest first."""
        ...


class Batches(Protocol):
    """Backfills: how far each came, and the activations that it made. Those are written by `People.commit`."""

    def get(self, batch_id: str) -> Batch | None: ...

    def put(self, batch: Batch, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version` (0: where there is one)."""
        ...

    def members(self, batch_id: str, limit: int, start: str | None = None) -> Page[Member]:
        """The activations of a batch, in the order of their decisions' ids."""
        ...


class Reference(Protocol):
    """Campaigns, accounts, queues, users and settings as the decisions read them: from memory, at most `age` old."""

    @property
    def age(self) -> timedelta: ...

    def settings(self) -> Settings: ...

    def campaign(self, campaign_id: str) -> Campaign | None: ...

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        """The campaign as it was stored at an instant."""
        ...

    def account(self, account_id: str) -> Account | None: ...

    def queue(self, queue_id: str) -> Queue | None: ...

    def user(self, user_id: str) -> User | None: ...

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        """The user as it was stored at an instant."""
        ...

    def settings_at(self, version: int) -> Settings: ...


class Records[R](Protocol):
    """Records of one kind, by id."""

    def get(self, record_id: str) -> R | None: ...

    def put(self, record: R, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version` (0: where there is one)."""
        ...

    def at(self, record_id: str, moment: datetime) -> R | None:
        """The record as it was stored at an instant: of kinds whose versions keep when that was."""
        ...

    def rewrite(self, record_id: str, change: Callable[[R], R]) -> None:
        """Change every version that is stored of a record."""
        ...


class RecordStores(Protocol):
    """The records of each kind."""

    def __call__[R](self, kind: Kind[R]) -> Records[R]: ...


type Campaigns = Records[Campaign]
type Queues = Records[Queue]
type Users = Records[User]
type Tasks = Records[Task]
type Opportunities = Records[Opportunity]


class AccountDirectory(Protocol):
    """Accounts by what matching asks for."""

    def listed(self, key: str, limit: int) -> Sequence[Candidate]:
        """Up to `limit` accounts under a key of `domain.matching`, in the order of `place_of`, as last committed."""
        ...


class Contacts(Protocol):
    """Which contacts have an e-mail address, as `naming.mail_key` writes it. What is told of an earlier version of a
    person than was told before changes nothing."""

    def add(self, address: str, person_id: str, version: int) -> None: ...

    def remove(self, address: str, person_id: str, version: int) -> None:
        """Take out what an earlier version of the person had entered."""
        ...

    def having(self, address: str, limit: int) -> Sequence[str]:
        """Up to `limit` people who have, or had until lately, the address, in the order of their ids."""
        ...


class Failures(Protocol):
    """What could not be processed, and waits for somebody who handles it."""

    def add(self, failure: Failure) -> None:
        """The same one again changes nothing."""
        ...

    def get(self, failure_id: str) -> Failure | None: ...

    def page(self, state: FailureState, reason: str | None, limit: int, start: str | None = None) -> Page[Failure]:
        """Failures in a state, the newest first, without their bodies."""
        ...

    def claim(self, failure_id: str, now: datetime) -> Failure | None:
        """Take it upon oneself to handle an open failure, for a minute; None where it is not open, or another's."""
        ...

    def release(self, failure: Failure) -> None:
        """Give the claim up: the failure stays open."""
        ...

    def settle(self, failure: Failure) -> None:
        """Store the state, the note and the user. What was sent again loses its body."""
        ...

    def backlog(self) -> Backlog: ...

    def about(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> Iterable[Failure]:
        """Failures about a person, who has these ids and these responses, as long as they have a body."""
        ...

    def erase(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> int:
        """Remove from those what is about the person; answers from how many."""
        ...


class NotResent(Exception):
    """Why a failure stays open."""


class Outdated(Exception):
    """Why a failure is not to be sent again: what it says no longer holds."""


class Destinations(Protocol):
    def send(self, failure: Failure) -> None:
        """Send the message of a failure to where it belongs. Raises NotResent, Outdated."""
        ...


class LongErasures(Protocol):
    def resume(self, person_id: str, erasure: Erasure) -> None:
        """Have an erasure that takes longer than one run go on in another."""
        ...


class SettingsVersions(Protocol):
    """Settings documents, each an immutable version."""

    def current(self) -> tuple[int, Mapping[str, Any]]: ...

    def get(self, version: int) -> Mapping[str, Any] | None: ...

    def put(self, document: Mapping[str, Any], read_version: int, at: datetime) -> int:
        """Store the next version. Raises Conflict where the current one is no longer `read_version`."""
        ...

    def versions(self, limit: int, start: str | None = None) -> Page[tuple[int, datetime]]: ...


class ReactivationTimers(Protocol):
    """Delayed reactivations, and responses whose date is still to come."""

    def set(self, timer: Timer) -> None:
        """Set it; the same one again changes nothing."""
        ...

    def done(self, timer: Timer) -> None: ...

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        """Timers that were due before an instant and are not done, the oldest first."""
        ...


class AssignmentTimers(Protocol):
    """Waits for an owner that are to be looked at again at their time. `People.waiting` finds those that were lost."""

    def set(self, wait: AssignmentTimer) -> None:
        """Set it; the same one again changes nothing."""
        ...


class Pools(Protocol):
    """Whose turn it is in the router's pools, and what members had of their quotas."""

    def turn(self, pool: str, capacities: Capacities, assignment_id: str) -> int:
        """Draw the next turn of a pool among exactly these members, from the counter of the assignment: each turn is
        drawn once."""
        ...

    def claimed(self, pool: str, user_id: str, day: date) -> int:
        """How much of a member's quota for a day was claimed. `People.commit` counts the claims."""
        ...


class Routings(Protocol):
    """Leads for which nobody was at work: they are routed again when somebody is."""

    def again(self, person_id: str, assignment_id: str, at: datetime) -> None: ...


class SentNotifications(Protocol):
    """Which notifications were sent."""

    def claim(self, event_id: str, now: datetime) -> Claim:
        """Take it upon oneself to send a notification, for `CLAIMED`. Whoever dies meanwhile leaves it to others."""
        ...

    def sent(self, event_id: str, now: datetime) -> None:
        """It was sent, and is not to be sent again for as long as anybody may deliver its event again."""
        ...


class Claim(StrEnum):
    OURS = "ours"
    ANOTHERS = "anothers"
    """Somebody else is about to send it, or died over it."""
    SENT = "sent"


CLAIMED = timedelta(minutes=1)
"""Longer than the function that sends may run, shorter than its queue hides a message."""
SENT_KEPT = timedelta(days=30)
"""A message waits up to two weeks in its queue, and as long again in the failure queue."""


class Templates(Protocol):
    def write(self, name: str, template: Template, values: Values) -> Text:
        """What a template makes of what its names stand for. Raises BadTemplate."""
        ...


class Topic(Protocol):
    def publish(self, message: Message) -> None:
        """Tell everybody who subscribed. Raises Unavailable, also where it is not known whether it was told."""
        ...


class Bus(Protocol):
    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        """Publish events; answers those that were not taken, to be sent again."""
        ...
