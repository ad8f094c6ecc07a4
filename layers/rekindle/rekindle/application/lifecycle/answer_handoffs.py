"""Sales' side of the handoff: it accepts a lead, rejects it before any contact, or gives it back to marketing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import current_person, until_committed
from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports import Clock
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import Owners, reassign, reopen
from rekindle.domain.core.errors import InvalidField, MergeInProgress, NotFound, NotPending
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import clocks
from rekindle.domain.lifecycle.policies import REJECTED, Reason
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.clock import HandoffClock
from rekindle.domain.people.lifecycle import ENGAGED, Handoff, Lifecycle, State
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.recycling import recycled
from rekindle.domain.responses.response import Response

TAKEN = (State.ACCEPTED, State.WORKED, State.OPPORTUNITY)
TWICE = 2
"""Rejections after which a lead goes back to marketing: nobody is sent it a third time."""


@dataclass(frozen=True, slots=True)
class Rejection:
    reason: str
    """`routing`, `clerical` or `definition`."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class GivenBack:
    reason: str
    note: str | None = None
    until: datetime | None = None
    """When marketing may qualify the person again; None: as the reason says."""


@dataclass(frozen=True)
class AnswerHandoffs:
    """An answer that was given before is answered the same and changes nothing.

    Raises NotFound, InvalidField for a user or a reason that may not be, NotPending where there is nothing to answer.
    """

    people: People
    rules: LifecycleRules
    reference: Reference
    clock: Clock
    process_due_actions: Callable[[str, datetime], object]

    def accept(self, person_id: str, user_id: str) -> Person:
        """The user has the lead from then on, if it was a queue's."""

        def step(person: Person, lifecycle: Lifecycle, handoff: Handoff, rules: Rules) -> Change | None:
            if handoff.accepted_at is not None and lifecycle.state in TAKEN and person.owner_id == user_id:
                return None
            if lifecycle.state is not State.HANDED_OFF:
                raise NotPending(f"the lead is {lifecycle.state}: there is nothing to accept")
            if person.owner_id != user_id and not self._owners.is_queue(person.owner_id or ""):
                raise InvalidField(f"the lead is with {person.owner_id!r}", "user_id")
            now = rules.now
            after, steps = reassign(person, user_id, now, rules.settings, self._owners)
            accepted = replace(lifecycle, handoff=replace(handoff, accepted_at=now))
            after = replace(after, version=person.version + 1, lifecycle=accepted)
            return Change(after, person.version, entries=steps)

        return self._answered(person_id, user_id, step)

    def reject(self, person_id: str, user_id: str, rejection: Rejection) -> Person:
        """The lead waits for another owner, where it came from such a wait; else, or the second time, it goes back to
        marketing. It is not disqualified."""

        def step(person: Person, lifecycle: Lifecycle, handoff: Handoff, rules: Rules) -> Change | None:
            same = (handoff.rejected, handoff.rejected_by) == (rejection.reason, user_id)
            if same and lifecycle.state in (State.QUALIFIED, State.RECYCLED):
                return None
            assignment = person.assignment
            if lifecycle.state not in (State.HANDED_OFF, State.ACCEPTED) or assignment is None:
                raise NotPending(f"the lead is {lifecycle.state}: there is nothing to reject")
            if assignment.worked_at is not None:
                raise NotPending("the lead was contacted: it can be recycled or disqualified")
            rejected = replace(
                handoff,
                clocks=_stopped(handoff, rules),
                accepted_at=None,
                rejections=handoff.rejections + 1,
                rejected=rejection.reason,
                rejected_by=user_id,
                note=rejection.note,
            )
            after = replace(person, lifecycle=replace(lifecycle, handoff=rejected))
            waiting = reopen(after, rules.now, rules.settings) if rejected.rejections < TWICE else None
            if waiting is None:
                reason = rules.lifecycle.reasons.get(REJECTED) or Reason(REJECTED)
                return self._recycled(after, reason, rules, user_id, None, by_rule=True)
            after, steps = waiting
            return Change(replace(after, version=person.version + 1), person.version, entries=steps)

        return self._answered(person_id, user_id, step)

    def recycle(self, person_id: str, user_id: str, given: GivenBack) -> Person:
        """The cycle ends, and the person waits for the way back."""

        def step(person: Person, lifecycle: Lifecycle, handoff: Handoff, rules: Rules) -> Change | None:
            reason = self._reason(given, rules)
            last = lifecycle.recyclings[-1] if lifecycle.recyclings else None
            if lifecycle.state is State.RECYCLED and last and (last.reason, last.user_id) == (reason.name, user_id):
                return None
            if lifecycle.state not in ENGAGED:
                raise NotPending(f"the lead is {lifecycle.state}: there is nothing to recycle")
            return self._recycled(person, reason, rules, user_id, given, by_rule=False)

        return self._answered(person_id, user_id, step)

    def _answered(
        self,
        person_id: str,
        user_id: str,
        step: Callable[[Person, Lifecycle, Handoff, Rules], Change | None],
    ) -> Person:
        self._check_user(user_id)

        def attempt() -> Person:
            person = current_person(self.people, person_id)
            if person is None:
                raise NotFound(f"there is no person {person_id!r}")
            rules, lifecycle = self.rules(person), person.lifecycle
            if rules is None or lifecycle is None or lifecycle.handoff is None:
                raise NotPending("the lead was not handed off")
            if lifecycle.due_at is not None and lifecycle.due_at <= rules.now:
                self.process_due_actions(person.person_id, rules.now)  # A deadline that passed comes first.
                person = current_person(self.people, person_id) or person
                lifecycle = person.lifecycle or lifecycle
            change = step(person, lifecycle, lifecycle.handoff or Handoff(0, 0, rules.now), rules)
            if change is None:
                return person
            self.people.commit(change.indexed_by(rules.settings))
            return self.people.get(change.person.person_id) or change.person

        return until_committed(attempt)

    def _recycled(
        self, person: Person, reason: Reason, rules: Rules, user_id: str, given: GivenBack | None, *, by_rule: bool
    ) -> Change:
        change = recycled(
            person,
            self._active(person),
            reason,
            rules.now,
            rules.settings,
            rules.lifecycle,
            by_rule=by_rule,
            user_id=user_id,
        )
        if given is None or change.person.lifecycle is None:
            return change
        *others, last = change.person.lifecycle.recyclings
        lifecycle = replace(change.person.lifecycle, recyclings=(*others, replace(last, note=given.note)))
        until = given.until or change.person.nurture_until
        return replace(change, person=replace(change.person, lifecycle=lifecycle, nurture_until=until))

    def _active(self, person: Person) -> Response:
        active = self.people.get_response(person.person_id, person.active.response_id) if person.active else None
        if active is None:
            raise MergeInProgress("the active response is still on its way from a record that is being taken over")
        return active

    def _reason(self, given: GivenBack, rules: Rules) -> Reason:
        reason = rules.lifecycle.reasons.get(given.reason)
        if reason is None or reason.passive:
            known = ", ".join(sorted(name for name, one in rules.lifecycle.reasons.items() if not one.passive))
            raise InvalidField(f"expected a reason that a user may give: {known or 'there is none'}", "reason")
        if reason.needs_note and given.note is None:
            raise InvalidField(f"the reason {given.reason!r} needs a note", "note")
        if given.until is not None and given.until <= rules.now:
            raise InvalidField("expected a time in the future", "until")
        return reason

    def _check_user(self, user_id: str) -> None:
        user = self.reference.user(user_id)
        if user is None or not user.is_active:
            raise InvalidField(f"{user_id!r} is no active user", "user_id")

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)


def _stopped(handoff: Handoff, rules: Rules) -> tuple[HandoffClock, ...]:
    """The clocks of a handoff of which nothing is waited for any more."""
    terms = rules.policy_of(handoff)
    if terms is None:
        return handoff.clocks
    return tuple(clocks.void(clock, rules.now, terms[1]) for clock in handoff.clocks)
