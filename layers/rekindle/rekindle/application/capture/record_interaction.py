"""Record an interaction, and show it in its person's timeline."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.application.capture.note_work import NoteWork
from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, contended
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Records
from rekindle.domain.capture.applying import apply_change
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Interacted
from rekindle.domain.records.interaction import Interaction


@dataclass(frozen=True)
class RecordInteraction:
    interactions: Records[Interaction]
    ledger: Ledger
    note_work: NoteWork

    def __call__(self, fact: RecordChanged) -> Recorded:
        """The record comes first. Where this ends before the timeline is written, or before the work is noted, the next
        delivery does it."""
        for _ in ATTEMPTS:
            stored = self.interactions.get(fact.record_id)
            interaction, applied = apply_change(stored or Interaction(fact.record_id), fact.values, fact.stamp)
            after = _dated(interaction, fact.stamp.at)
            if stored is not None and after == stored:
                self._show(stored, stored)
                return Recorded(0, applied.older, applied.duplicate)
            after = replace(after, version=(stored.version if stored else 0) + 1)
            try:
                self.interactions.put(after, stored.version if stored else 0)
            except Conflict:
                continue
            self._show(after, stored)
            return Recorded(1, applied.older, applied.duplicate)
        raise contended()

    def _show(self, now: Interaction, before: Interaction | None) -> None:
        entry = entry_of(now)
        if entry is not None:
            self.ledger.put_interaction(entry, entry_of(before) if before is not None else None)
            if now.is_by_sales:
                self.note_work.of_contact(entry.person_id, entry.at)
            if not now.suspected_bot:
                self.note_work.of_life(entry.person_id, entry.at)


def _dated(interaction: Interaction, at: datetime) -> Interaction:
    """A missing date is that of the first fact, whichever arrived first."""
    if "occurred_at" in interaction.stamps and interaction.occurred_at is not None:
        return interaction
    return replace(interaction, occurred_at=min(interaction.occurred_at or at, at))


def entry_of(interaction: Interaction) -> Interacted | None:
    """As the timeline shows it; None where nobody's."""
    if interaction.person_id is None or interaction.occurred_at is None:
        return None
    return Interacted(
        interaction.person_id,
        interaction.interaction_id,
        interaction.occurred_at,
        interaction.direction,
        interaction.channel,
        interaction.campaign_id,
        interaction.user_id,
        interaction.kind,
        interaction.suspected_bot,
        interaction.link_id,
    )
