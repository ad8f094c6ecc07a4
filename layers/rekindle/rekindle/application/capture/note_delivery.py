"""What a response says of its person's address: an opt-out, a hard bounce, and the third soft one."""

from collections.abc import Callable
from dataclasses import dataclass

from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import current_person
from rekindle.application.ports.people import People
from rekindle.domain.capture.facts import PersonChanged, ResponseRecorded
from rekindle.domain.responses.response import Response
from rekindle.domain.responses.response_type import SOFT_BOUNCES, Meaning, meaning_of

LOOKED_AT = 100
"""The newest responses, among which soft bounces are counted: a history may be long, and each bounce looks."""
NAMES = ("response_type", "member_status")


@dataclass(frozen=True)
class NoteDelivery:
    people: People
    record_person: Callable[[PersonChanged], Recorded]

    def __call__(self, fact: ResponseRecorded) -> None:
        """Delivered again, it is the same change of the person."""
        meanings = {meaning_of(fact.values.get(name)) for name in NAMES} - {None}
        if not meanings or fact.person_id is None:
            return
        person = current_person(self.people, fact.person_id)
        if person is None or person.deleted:
            return  # A change would restore who was deleted.
        if Meaning.OPT_OUT in meanings:
            self.record_person(PersonChanged(fact.person_id, fact.stamp, {"do_not_contact": True}))
        if Meaning.HARD_BOUNCE in meanings or (
            Meaning.SOFT_BOUNCE in meanings and self._bounced_often(person.person_id)
        ):
            self.record_person(PersonChanged(fact.person_id, fact.stamp, {"undeliverable": True}))

    def _bounced_often(self, person_id: str) -> bool:
        """Messages are distinguished by their responses: one that arrives twice counts once."""
        newest = self.people.newest_responses(person_id, LOOKED_AT).items
        return sum(map(_is_soft_bounce, newest)) >= SOFT_BOUNCES


def _is_soft_bounce(response: Response) -> bool:
    details = response.details
    return (
        not response.state.deleted
        and details is not None
        and Meaning.SOFT_BOUNCE in (meaning_of(details.response_type), meaning_of(details.member_status))
    )
