"""What a notification says of a lead, read anew: a template is to say what is true when it is sent."""

from dataclasses import dataclass

from rekindle.application.core.attempts import current_person
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.notifications.notification import lead, party
from rekindle.domain.notifications.template import Values
from rekindle.domain.people.person import Person


@dataclass(frozen=True, slots=True)
class Lead:
    person: Person
    values: Values
    """What the names of a template stand for; empty where the person has no assignment."""


def read_lead(person_id: str, people: People, reference: Reference, console: str) -> Lead | None:
    """The person, or the one it became, with what is known of its assignment. `console`: where the console is, to link
    to the person's page; empty where there is none."""
    person = current_person(people, person_id)
    if person is None or person.assignment is None:
        return Lead(person, {}) if person is not None else None
    assignment = person.assignment
    owner = recipient_of(assignment.owner_id, reference)
    return Lead(person, lead(person, assignment, reference.campaign(assignment.campaign_id), owner, console))


def recipient_of(owner_id: str | None, reference: Reference) -> Values:
    """A user or a queue, as templates name it."""
    if owner_id is None:
        return party(None, None, None)
    return party(owner_id, reference.user(owner_id), reference.queue(owner_id))
