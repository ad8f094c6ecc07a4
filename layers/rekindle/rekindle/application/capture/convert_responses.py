"""Convert a response, once, whoever asks twice and however many ask at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.core.attempts import ATTEMPTS, committed, contended, current_person
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Opportunities, Reference
from rekindle.domain.capture.converting import ConversionRequested, check_conversion, convert, facts_of
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import NotFound
from rekindle.domain.measures.metrics import CountedAs
from rekindle.domain.people.person import Person
from rekindle.domain.responses.response import Conversion, Response


@dataclass(frozen=True, slots=True)
class Converted:
    person_id: str
    response_id: str
    conversion: Conversion


@dataclass(frozen=True)
class ConvertResponses:
    """The conversion is written on the response, under the condition that nobody changed the person since. What follows
    from it is recorded after that, also by a repeated call: one that died in between is finished by the next.

    Raises NotFound, Conflict, and the refusals of `check_conversion`.
    """

    people: People
    reference: Reference
    opportunities: Opportunities
    record: Callable[[Fact], object]

    def __call__(self, request: ConversionRequested) -> Converted:
        for _ in ATTEMPTS:
            person, response = self._found(request.response_id)
            known = response.details.conversion if response.details is not None else None
            if known is not None:
                is_open = self.opportunities.get(known.record_id) is not None
                return self._followed(person, response, known, {} if is_open else request.opportunity)
            settings = self.reference.settings()
            counted_as = settings.part(CountedAs.of)
            check_conversion(
                request,
                person,
                response,
                is_positive=counted_as.is_positive(response),
                is_bounced=counted_as.is_hard_bounce(response),
            )
            change = convert(request, person, response, settings)
            if committed(self.people, change.indexed_by(settings)):
                details = change.responses[0].details
                if details is not None and details.conversion is not None:
                    return self._followed(person, response, details.conversion, request.opportunity)
        raise contended()

    def _followed(
        self, person: Person, response: Response, conversion: Conversion, opportunity: Mapping[str, Any]
    ) -> Converted:
        for fact in facts_of(conversion, person, response.response_id, opportunity):
            self.record(fact)
        return Converted(person.person_id, response.response_id, conversion)

    def _found(self, response_id: str) -> tuple[Person, Response]:
        owner = self.people.owner_of_response(response_id)
        if owner is not None and owner.person_id is not None:
            person = current_person(self.people, owner.person_id)
            response = self.people.get_response(person.person_id, response_id) if person is not None else None
            if person is not None and response is not None and not response.state.deleted:
                return person, response
        raise NotFound(f"there is no response {response_id!r}", "response_id")
