"""Notifications: who is notified of a lead, and with which values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.notifications.template import DIGEST, LISTED, Kind, Text, Values
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Person
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.user import User


@dataclass(frozen=True, slots=True)
class Notice:
    """That somebody is to be notified of an assignment. `event_id` names cycle, recipient and kind."""

    event_id: str
    kind: Kind
    person_id: str
    assignment_id: str
    notify_id: str
    """The user or queue that is notified."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one recipient is sent: about one lead, or about many at once."""

    kind: Kind
    notify_id: str
    text: Text
    notices: tuple[Notice, ...]
    """The notifications that it settles."""

    @property
    def is_digest(self) -> bool:
        return len(self.notices) > 1


class Withheld(StrEnum):
    """Why a notification is not sent any more."""

    GONE = "GONE"
    """The person was deleted."""
    ENDED = "ENDED"
    """The assignment is not the person's newest any more, or its response is not active."""
    MOVED_ON = "MOVED_ON"
    """Somebody else has the lead by now, and gets a notification of their own."""
    ANSWERED = "ANSWERED"
    """There is nothing left to be reminded of."""


def withheld(notice: Notice, person: Person | None) -> Withheld | None:
    """Whether a notification is still true, by the world as it is now."""
    if person is None or person.deleted:
        return Withheld.GONE
    assignment = person.assignment
    if assignment is None or assignment.assignment_id != notice.assignment_id or person.active is None:
        return Withheld.ENDED
    if notice.kind is Kind.REMINDER:
        return None if assignment.waits else Withheld.ANSWERED
    if notice.kind in (Kind.SLA_WARNED, Kind.SLA_ESCALATED) and not (person.lifecycle and person.lifecycle.is_owed):
        return Withheld.ANSWERED
    if notice.kind is Kind.SLA_ESCALATED:
        return None
    return None if assignment.owner_id == notice.notify_id else Withheld.MOVED_ON


def party(party_id: str | None, user: User | None, queue: Queue | None) -> Values:
    """A user or a queue; of one who is not known, there is the id."""
    known = user or queue
    return {
        "id": party_id,
        "name": (known.name if known else None) or party_id,
        "email": user.email if user else None,
        "type": "queue" if queue and not user else "user",
    }


def lead(person: Person, assignment: Assignment, campaign: Campaign | None, owner: Values, console: str = "") -> Values:
    profile = person.profile
    known = {name: getattr(profile, name, None) for name in ("first_name", "last_name", "company", "email", "phone")}
    name = " ".join(part for part in (known["first_name"], known["last_name"]) if part and part.strip())
    return {
        "person": {
            "id": person.person_id,
            "name": name or (known["company"] or "").strip() or person.person_id,
            "kind": person.kind,
            "status": person.status,
            "do_not_contact": bool(profile and profile.do_not_contact),
            "undeliverable": bool(profile and profile.undeliverable),
            "fields": dict(profile.fields) if profile else {},
            "url": f"{console}/people/{quote(person.person_id, safe='')}" if console else None,
            **known,
        },
        "campaign": {
            "id": assignment.campaign_id,
            "name": (campaign.name if campaign else None) or assignment.campaign_id,
            "type": campaign.type if campaign else None,
        },
        "assignment": {
            "id": assignment.assignment_id,
            "cycle": assignment.cycle,
            "reason": assignment.reason,
            "activated_at": _moment(assignment.activated_at),
            "assigned_at": _moment(assignment.assigned_at),
            "deadline": _moment(assignment.deadline),
        },
        "handoff": _handoff(person),
        "owner": owner,
    }


def _handoff(person: Person) -> Values:
    """What the lead is owed, if it was handed over."""
    handoff = person.lifecycle.handoff if person.lifecycle is not None else None
    due = min((c.due_at for c in handoff.clocks if not c.is_over and c.due_at), default=None) if handoff else None
    return {
        "policy": handoff.policy if handoff is not None else None,
        "passed_at": _moment(handoff.passed_at if handoff is not None else None),
        "due_at": _moment(due),
    }


def _moment(at: datetime | None) -> str | None:
    """As people read it. Who is in which time zone is not known here."""
    return None if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def of_one(kind: str, recipient: Values, lead: Values) -> Values:
    return {"kind": kind, "recipient": recipient, **lead}


def of_many(kind: str, recipient: Values, leads: Sequence[Values]) -> Values:
    listed = leads[:LISTED]
    return {
        "kind": kind,
        "recipient": recipient,
        "leads": listed,
        "count": len(leads),
        "more": len(leads) - len(listed),
    }


def sample(template: str) -> Values:
    """What a template is tried on where nobody in particular is named."""
    queue = {"id": "q-inbound", "name": "Inbound", "email": None, "type": "queue"}
    ada = {"id": "u-7", "name": "Ada Byron", "email": "ada.byron@example.com", "type": "user"}
    leads = [_sample(number, ada) for number in (1, 2, 3)]
    if template == DIGEST:
        return of_many(Kind.ASSIGNED, ada, leads)
    if template == Kind.REMINDER:
        return of_one(template, ada, {**leads[0], "owner": queue})
    return of_one(template, ada, leads[0])


def _sample(number: int, owner: Values) -> Values:
    first_name, company = (
        ("Grace", "Edith", "Mary")[number - 1],
        ("Example Ltd", "Sample plc", "Specimen Inc")[number - 1],
    )
    return {
        "person": {
            "id": f"lead-{number}",
            "name": f"{first_name} Sample",
            "kind": "lead",
            "first_name": first_name,
            "last_name": "Sample",
            "company": company,
            "email": f"{first_name.lower()}@example.com",
            "phone": "+1 555 0100",
            "status": "Open - Not Contacted",
            "do_not_contact": False,
            "undeliverable": False,
            "fields": {},
            "url": f"https://console.example.com/console/people/lead-{number}",
        },
        "campaign": {"id": "spring-webinar", "name": "Spring webinar", "type": "Webinar"},
        "assignment": {
            "id": f"assignment-{number}",
            "cycle": 1,
            "reason": "OWNER_CHANGED",
            "activated_at": "2026-03-01 12:00 UTC",
            "assigned_at": "2026-03-01 12:04 UTC",
            "deadline": "2026-03-01 13:00 UTC",
        },
        "handoff": {"policy": "hot", "passed_at": "2026-03-01 12:04 UTC", "due_at": "2026-03-01 14:04 UTC"},
        "owner": owner,
    }
