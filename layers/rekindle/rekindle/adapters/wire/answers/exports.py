"""Everything that is stored of a person."""

from typing import Any, Literal, TypedDict

from rekindle.adapters.wire.answers.people import Person
from rekindle.adapters.wire.answers.timeline import TimelineEntry


class Export(TypedDict):
    record: Literal["export"]
    person: Person
    former: list[Person]
    responses: list[dict[str, Any]]
    timeline: list[TimelineEntry]
    opportunities: list[dict[str, Any]]
    failures: list[dict[str, Any]]
