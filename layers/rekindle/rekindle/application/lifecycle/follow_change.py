"""What a change of a person means for the way, committed with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.following import DeadlineFirst, follow
from rekindle.domain.lifecycle.journey import Deactivated
from rekindle.domain.reactivation.change import Change


@dataclass(frozen=True)
class FollowChange:
    """Raises Conflict where a deadline came first: then that was settled, and the person is to be read again."""

    rules: LifecycleRules
    end_clocks: Callable[[str, datetime], object]
    """Does what a person's clocks were to do up to an instant."""

    def __call__(self, change: Change) -> Change:
        person = change.person
        rules = self.rules(person)
        if rules is None:
            return change
        begins = change.decision is not None and change.decision.activates
        ends = [entry for entry in change.entries if isinstance(entry, Deactivated)]
        try:
            person, transitions = follow(person, ends, rules, begins=begins, responded_at=_responded_at(change))
        except DeadlineFirst as first:
            self.end_clocks(person.person_id, first.until)
            raise Conflict("a deadline passed before, and is settled now") from first
        if person is change.person:
            return change
        return replace(change, person=person, entries=(*change.entries, *transitions))


def _responded_at(change: Change) -> datetime | None:
    """When the person responded, of the responses in a change."""
    dates = [one.state.effective_at for one in change.responses if one.state.responded and not one.state.deleted]
    return min(dates, default=None)
