"""The time of a clock, a touch or a wait for a response has come: warn, escalate, reassign, take the lead back;
announce the touch; mark who went dark."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import current_person, until_committed
from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports import Clock, Page
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.core.errors import MergeInProgress
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import WentDark
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.lifecycle.policies import GIVEN_BY_RULE, Reason
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.recycling import apply_due_actions, recycled
from rekindle.domain.responses.response import Details, Response


@dataclass(frozen=True)
class ProcessDueActions:
    """Costs one read where nothing is due any more, and one transaction more where something is. Called again, it
    changes nothing. Raises Conflict, Unavailable."""

    people: People
    rules: LifecycleRules
    reference: Reference
    clock: Clock

    def __call__(self, person_id: str, until: datetime | None = None) -> Lifecycle | None:
        """Where the person stands, if time changed it."""

        def attempt() -> Lifecycle | None:
            person = current_person(self.people, person_id)
            upto = self.clock() if until is None else until
            if person is None or person.lifecycle is None or not _is_due(person.lifecycle, upto):
                return None
            rules = self.rules(person)
            if rules is None:
                return None
            change = self._change(person, upto, rules)
            self.people.commit(change)
            return change.person.lifecycle

        return until_committed(attempt)

    def due(self, limit: int, start: str | None = None) -> Page[str]:
        """For whom something is due by now, page by page."""
        if not self.reference.settings().has_lifecycle:
            return Page([], None)
        page = self.people.due(self.clock(), limit, start)
        return Page([person.person_id for person in page.items], page.next)

    def _change(self, person: Person, until: datetime, rules: Rules) -> Change:
        passed = apply_due_actions(person, until, rules, self._owners)
        if passed.recycle is None:
            after = replace(passed.person, version=person.version + 1)
            return self._marked(Change(after, person.version, entries=passed.entries), rules)
        named, at = passed.recycle
        active = self.people.get_response(person.person_id, person.active.response_id) if person.active else None
        if active is None:
            raise MergeInProgress("the active response is still on its way from a record that is being taken over")
        reason = rules.lifecycle.reasons.get(named) if named is not None else None
        if reason is None and named in GIVEN_BY_RULE:
            reason = Reason(named)
        change = recycled(passed.person, active, reason, at, rules.settings, rules.lifecycle, by_rule=True)
        change = replace(change, entries=(*passed.entries, *change.entries))
        return self._marked(change, rules).indexed_by(rules.settings)

    def _marked(self, change: Change, rules: Rules) -> Change:
        """With the memberships that went dark marked as such; without those that are answered, or are no more."""
        entries: list[Entry] = []
        marked: list[Response] = []
        for entry in change.entries:
            if isinstance(entry, WentDark):
                response = self._unanswered(entry)
                if response is None:
                    continue
                marked.append(replace(response, details=replace(response.details or Details(), dark_at=entry.at)))
                entries.append(self._refined(entry))
            else:
                entries.append(entry)
        if not marked:
            return replace(change, entries=tuple(entries))
        responses = (*change.responses, *marked)
        return replace(change, entries=tuple(entries), responses=responses).indexed_by(rules.settings)

    def _unanswered(self, entry: WentDark) -> Response | None:
        response = self.people.get_response(entry.person_id, entry.response_id)
        if response is None or response.state.deleted or response.state.responded:
            return None
        others = self.people.in_campaign(entry.person_id, entry.campaign_id)
        return None if any(one.state.responded for one in others) else response

    def _refined(self, entry: WentDark) -> WentDark:
        """Without a campaign that is not known, or of which the person is a member already."""
        named = entry.refinement_campaign_id
        if named is None:
            return entry
        campaign = self.reference.campaign(named)
        is_known = campaign is not None and not campaign.deleted
        if is_known and not self.people.repeats(entry.person_id, named, 1):
            return entry
        return replace(entry, refinement_campaign_id=None)

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)


def _is_due(lifecycle: Lifecycle, until: datetime) -> bool:
    return lifecycle.due_at is not None and lifecycle.due_at <= until
