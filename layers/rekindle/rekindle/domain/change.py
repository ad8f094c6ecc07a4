"""What one decision or one fact changes: committed whole, under the condition that nobody changed the person since."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rekindle.domain.decision import Decision
from rekindle.domain.journey import Entry
from rekindle.domain.person import Person
from rekindle.domain.response import DEFAULT_CLASSES, Response, ResponseClass
from rekindle.domain.score import Score
from rekindle.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction.

    `person` is the person after the change; it is written only if the stored version is still `read_version` (0: only
    if there is none). `responses` are written after it; where a response's `details` are None, only its standing is.
    `decision` is written only if there is none of that id. `unchanged_score` is what the score must still be.
    """

    person: Person
    read_version: int
    responses: tuple[Response, ...] = ()
    removed: tuple[str, ...] = ()
    """Ids of responses that leave this person for another."""
    decision: Decision | None = None
    entries: tuple[Entry, ...] = ()
    unchanged_score: tuple[str, Score | None] | None = None
    status_activated: bool = False
    """Whether this very change took the person's status from inactive to active, with no active response: what the
    filter of the stream reads."""
    classes: Mapping[str, ResponseClass | None] = field(default_factory=lambda: DEFAULT_CLASSES)
    """By which the index of the search is written."""

    def indexed_by(self, settings: Settings) -> "Change":
        """The same change, its responses indexed by these settings. Where the rest of the person's index is of another
        map from status to class, it is of none as a whole from then on, and is written anew before it is next used."""
        person = self.person
        if self.responses and person.classes != settings.class_map:
            person = replace(person, classes="")
        return replace(self, person=person, classes=settings.classes)
