"""What a person responds to, from the newest responses."""

from dataclasses import dataclass

from rekindle.application.core.attempts import current_person
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import NotFound
from rekindle.domain.measures.profile import ResponseProfile, profile_of
from rekindle.domain.responses.response import Response

MOST = 1_000
"""Responses that are read, so that any history is answered in time."""
_PAGE = 100


@dataclass(frozen=True)
class ShowProfile:
    people: People
    reference: Reference

    def __call__(self, person_id: str) -> tuple[str, ResponseProfile]:
        """Whose it is, the person asked for or the one that took it over. Raises NotFound."""
        person = current_person(self.people, person_id)
        if person is None:
            raise NotFound(f"there is no person {person_id!r}", "person_id")
        found: list[Response] = []
        start: str | None = None
        while len(found) < MOST:
            page = self.people.newest_responses(person.person_id, _PAGE, start)
            found += page.items
            if (start := page.next) is None:
                break
        known = {name: self.reference.campaign(name) for name in {one.campaign_id for one in found}}
        campaigns = {name: campaign for name, campaign in known.items() if campaign is not None}
        return person.person_id, profile_of(found, campaigns, self.reference.settings().zone)
