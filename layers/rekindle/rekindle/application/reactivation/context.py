"""What a decision looks at beside the person, out of the ports."""

from collections.abc import Iterable, Mapping
from typing import Any

from rekindle.application.ports import Clock
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.responses.response import Response, ResponseClass
from rekindle.domain.settings.settings import Settings


def context_of_arrival(
    person: Person, people: People, reference: Reference, settings: Settings, clock: Clock, owners: Owners
) -> DecisionContext:
    """For a response's own arrival, which searches for nothing and inserts nothing."""

    def read_fields() -> Mapping[str, Any]:
        return known_fields(person if person.profile is not None else people.get(person.person_id))

    return DecisionContext(settings, reference.campaign, _none_of_class, _no_repeats, clock(), owners, read_fields)


def _none_of_class(_: ResponseClass) -> Iterable[Response]:
    return ()


def _no_repeats(_: str) -> int:
    return 0
