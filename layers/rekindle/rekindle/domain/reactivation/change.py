"""What one decision or one fact changes: committed whole, under the condition that nobody changed the person since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import DEFAULT_CLASSES, Response, ResponseClass, Trace
from rekindle.domain.settings.settings import Settings

if TYPE_CHECKING:
    from rekindle.domain.assignment.quota import QuotaClaim  # Only the router has one,
    from rekindle.domain.reactivation.batch import Member  # and only a backfill.
    from rekindle.domain.reactivation.timer import ReactivationTimer


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction.

    `person` is the person after the change; it is written only if the stored version is still `read_version` (0: only
    if there is none). `responses` are written after it; where a response's `details` are None, only its state is.
    `decision` is written only if there is none of that id. `unchanged_score` is what the score must still be.
    """

    person: Person
    read_version: int
    responses: tuple[Response, ...] = ()
    decision: Decision | None = None
    classes: Mapping[str, ResponseClass | None] = field(default_factory=lambda: DEFAULT_CLASSES)
    """By which the index of the search is written."""
    unchanged_score: tuple[str, Score | None] | None = None
    entries: tuple[Entry, ...] = ()
    removed: tuple[str, ...] = ()
    """Ids of responses that leave this person for another."""
    status_activated: "ReactivationTimer | None" = None
    """Where this very change took the person's status from inactive to active, with no active response: what the
    reader of the stream is to schedule. Its delay is that of the settings by then, whenever it is delivered."""
    identity_changed: bool = False
    """Whether this very change gave the person another address, number, name or company, so that others may turn out to
    be the same person: what the filter of the stream reads."""
    timer: "ReactivationTimer | None" = None
    """The delayed reactivation that begins with the change. It is kept with it, so that the sweep finds it even if the
    record of the stream, which has its schedule set, is never handled."""
    tombstone: ChangeStamp | None = None
    """The deletion that was known of an arriving response before the response itself was; None where none was."""
    member: "Member | None" = None
    """The activation of a backfill, as it is to be remembered for an undo."""
    new_score: tuple[Score, int] | None = None
    """The score as this change makes it, and the version that was read of it."""
    quota_claim: "QuotaClaim | None" = None
    """Counted with this change, which fails if the quota is reached."""

    def arriving(self) -> list[Response]:
        """Responses that this very change makes the person's: what it traces, and traces after nobody or another."""
        return [one for one in self.responses if one.details is not None and self._is_first_trace(one.trail)]

    def _is_first_trace(self, trail: Sequence[Trace]) -> bool:
        if not trail:
            return True
        traced_now = trail[-1].version == self.person.version
        return traced_now and (len(trail) == 1 or trail[-2].person_id != self.person.person_id)

    def indexed_by(self, settings: Settings) -> "Change":
        """The same change, its responses indexed by these settings. Where the rest of the person's index is of another
        map from status to class, it is of none as a whole from then on, and is written anew before it is next used."""
        if not self.responses:
            return self
        person = self.person
        if person.classes != settings.class_map:
            if person.index_rewrite is not None and person.index_rewrite.class_map != settings.class_map:
                person = replace(person, index_rewrite=None)
            return replace(self, person=replace(person, classes=""), classes=settings.classes)
        return self if self.classes is settings.classes else replace(self, classes=settings.classes)


def origins(changes: Iterable[Change]) -> dict[str, str]:
    """Whose the responses were that leave somebody, by their ids."""
    return {gone: change.person.person_id for change in changes if change.removed for gone in change.removed}
