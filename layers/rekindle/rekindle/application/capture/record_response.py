"""Record a CRM's change of a response, and evaluate it when it arrives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rekindle.application.assignment.owners import owners_of
from rekindle.application.capture.note_delivery import NoteDelivery
from rekindle.application.capture.recorded import Recorded
from rekindle.application.capture.resolve_source_code import ResolveSourceCode, with_words_of
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports.people import People
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.evaluate_response import EvaluateResponse, loaded
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.campaigns.source_code import SourceCode
from rekindle.domain.capture.applying import (
    apply_response_change,
    names_later_owner,
    nothing_known_of,
    response_deleted,
)
from rekindle.domain.capture.erasing import without_texts
from rekindle.domain.capture.facts import PassedOver, ResponseDeleted, ResponseRecorded
from rekindle.domain.capture.moving import transfer_response
from rekindle.domain.capture.recreating import Recreation, recreate
from rekindle.domain.core.errors import Conflict, UnknownCampaign, UnknownResponse
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.person import EndedEngagement, Person
from rekindle.domain.reactivation.arrival import waits_for_its_date
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.member_change import MemberChange, counterparts
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, Details, Response

Found = tuple[Person | None, Response | None, ChangeStamp | None]
"""Who has a response, what is known of it, and its deletion, where that came before the response itself: then no more
than that is known of it."""


@dataclass(frozen=True)
class RecordResponse:
    """A response and the decision on it are one transaction, under the condition that neither the person nor the
    score changed since they were read: a response and a score that race are never both overlooked.

    Raises UnknownCampaign, UnknownResponse, UnknownSourceCode: their own facts may still be on their way.
    """

    people: People
    reference: Reference
    ledger: Ledger
    evaluate: EvaluateResponse
    source_code: ResolveSourceCode
    note_delivery: NoteDelivery

    def __call__(self, fact: ResponseRecorded) -> Recorded:
        recorded = self._by_source_code(fact)
        if "response_type" in fact.values or "member_status" in fact.values:
            self.note_delivery(fact)
        return recorded

    def _by_source_code(self, fact: ResponseRecorded) -> Recorded:
        if "source_code" not in fact.values:
            return self._record(fact, None)
        resolved, code = self.source_code(fact)
        recorded = self._record(resolved, code)
        if code is not None:
            self.source_code.log(resolved, code)
        return recorded

    def _record(self, fact: ResponseRecorded, code: SourceCode | None) -> Recorded:
        # Before the response is looked for, and perhaps moved: what is refused changes nothing.
        if fact.campaign_id is not None and self.reference.campaign(fact.campaign_id) is None:
            raise UnknownCampaign(f"campaign {fact.campaign_id!r} is not known", "detail.campaign_id")
        if fact.transaction is not None and fact.campaign_id is not None:
            self._note(fact.transaction, fact.campaign_id, fact, deleted=False)
        for _ in ATTEMPTS:
            person, stored, tombstone = self._find(fact)
            if person is None and tombstone is not None:
                # Of a member that was deleted, or is nobody's response, a change says no more than that.
                return Recorded(older=1)
            if person is None or not (fact.campaign_id or (stored and stored.campaign_id)):
                raise _unknown(fact.response_id)
            said = fact if code is None else with_words_of(code, fact, stored)
            after, applied, newly_responded = apply_response_change(stored, said)
            after = without_texts(after, person)
            older, duplicate = applied.older, applied.duplicate
            if stored is not None and after == stored:
                return Recorded(0, older, duplicate)
            is_new_to_person = (stored is None or stored.state.deleted) and not after.state.deleted
            former = self._former(fact, after) if stored is None and fact.transaction is not None else None
            if former is not None:
                if self._recreate(person, after, *former, fact.stamp.at, is_new_to_person=True, is_deleted=True):
                    return Recorded(1, older, duplicate)
                continue
            at = fact.stamp.at
            dated_anew = stored is not None and waits_for_its_date(stored, at) and not waits_for_its_date(after, at)
            if stored is None or newly_responded or dated_anew:
                decision = self.evaluate(
                    person,
                    after,
                    at,
                    by_date=dated_anew,
                    is_new_to_person=is_new_to_person,
                    tombstone=tombstone,
                )
                if decision is not None:
                    return Recorded(1, older, duplicate, decision)
                continue
            if waits_for_its_date(after, at):
                self.evaluate.wait(person.person_id, after)
            if self._update(person, stored, after, is_new_to_person, tombstone):
                return Recorded(1, older, duplicate)
        raise contended()

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)

    def _find(self, fact: ResponseRecorded | ResponseDeleted) -> Found:
        """The person the response belongs to, and what is known of the response.

        A CRM may give a response to another person (a converted lead's members become the contact's): it is moved,
        with what it stands for, rather than had twice. A late fact moves nothing back.
        """
        if fact.person_id is None:
            return self._elsewhere(fact.response_id)
        person, stored = loaded(self.people, fact.person_id, fact.response_id)
        person = person or Person(fact.person_id)
        if stored is not None:
            return person, stored, None
        other, response, tombstone = self._elsewhere(fact.response_id)
        if other is None or response is None or other.person_id == person.person_id:
            return person, response if other is None else None, tombstone
        if isinstance(fact, ResponseDeleted) or not names_later_owner(fact.stamp, response):
            return other, response, None
        settings = self.reference.settings()
        mine = self.people.get_response(person.person_id, person.active.response_id) if person.active else None
        moved = transfer_response(person, other, response, mine, fact.stamp.at, settings, self._owners)
        self.people.commit(*self._with_classes(moved))
        return self._find(fact)

    def _elsewhere(self, response_id: str) -> Found:
        home = self.people.owner_of_response(response_id)
        if home is not None and home.person_id is not None:
            return *loaded(self.people, home.person_id, response_id), None
        if home is None or home.deleted is None:
            return None, None, None
        return None, response_deleted(nothing_known_of(response_id, home.deleted), home.deleted), home.deleted

    def _with_classes(self, changes: Sequence[Change]) -> list[Change]:
        settings = self.reference.settings()
        return [change.indexed_by(settings) for change in changes]

    def _update(
        self,
        person: Person,
        stored: Response,
        response: Response,
        is_new_to_person: bool,
        tombstone: ChangeStamp | None,
    ) -> bool:
        after = replace(person, version=person.version + 1)
        if is_new_to_person:
            classes = person.classes_with_another(self.reference.settings().class_map)
            after = replace(after, responses=person.responses + 1, classes=classes)
        if after.active is not None and after.active.response_id == response.response_id:
            after = replace(after, active=replace(after.active, campaign_id=response.campaign_id))
        if (response.state, response.campaign_id) != (stored.state, stored.campaign_id):
            response = response.traced(person.person_id, after.version)
        change = Change(after, person.version, (response,), tombstone=tombstone)
        return committed(self.people, *self._with_classes([change]))

    def delete(self, fact: ResponseDeleted) -> Recorded:
        """The response is no candidate any more; if it was the active one, the person has none."""
        for _ in ATTEMPTS:
            person, stored, tombstone = self._find(fact)
            gone = response_deleted(stored or nothing_known_of(fact.response_id, fact.stamp), fact.stamp)
            if gone is None:
                return Recorded(older=1)
            if person is None:
                if self._record_tombstone(fact.response_id, fact.stamp, tombstone):
                    return Recorded(1)
                continue
            if fact.transaction is not None and stored is not None:
                self._note(fact.transaction, stored.campaign_id, fact, deleted=True, at=stored.state.responded_at)
                successor = self._successor(fact, stored)
                if successor is not None:
                    holder, new = successor
                    is_deleted = stored.state.deleted
                    if self._recreate(
                        holder, new, person, gone, fact.stamp.at, is_new_to_person=False, is_deleted=is_deleted
                    ):
                        return Recorded(1)
                    continue
            counted = stored is not None and not stored.state.deleted
            after = replace(person, version=person.version + 1, responses=person.responses - counted)
            change = Change(after, person.version, (gone.traced(person.person_id, after.version),), tombstone=tombstone)
            if person.active is not None and person.active.response_id == fact.response_id:
                at, settings = fact.stamp.at, self.reference.settings()
                change = deactivate(
                    after,
                    person.version,
                    gone,
                    Ended.RESPONSE_DELETED,
                    at,
                    settings,
                    NO_ACTION_REQUIRED,
                    deleted=True,
                )
            elif person.ended is not None and self._ends_for_good(fact, person.ended):
                change = replace(change, person=replace(after, ended=None))
            if committed(self.people, *self._with_classes([change])):
                return Recorded(1)
        raise contended()

    def pass_over(self, fact: PassedOver) -> Recorded:
        """A member that is no response is kept as deleted: later changes of it do not say whose it is."""
        response_id = fact.response_id
        if response_id is not None and self.people.owner_of_response(response_id) is None:
            self._record_tombstone(response_id, fact.stamp, None)
        return Recorded(passed_over=(fact,))

    def _ends_for_good(self, fact: ResponseDeleted, ended: EndedEngagement) -> bool:
        """Whether the ended engagement is that of the deleted response. It can not go on any more, but under another
        id, where the transaction that ended it makes the response anew."""
        same_transaction = fact.transaction is not None and ended.at == fact.stamp.at
        return ended.engagement.response_id == fact.response_id and not same_transaction

    # --- members that a CRM deletes and makes anew in one transaction ------------------------------------------------

    def _note(
        self,
        transaction: str,
        campaign_id: str,
        fact: ResponseRecorded | ResponseDeleted,
        *,
        deleted: bool,
        at: datetime | None = None,
    ) -> None:
        """Noted before the other half is looked for: whichever comes second finds the first."""
        dated = fact.values.get("responded_at") if isinstance(fact, ResponseRecorded) else at
        self.ledger.add_member_change(
            MemberChange(transaction, campaign_id, fact.response_id, deleted, fact.stamp.at, dated)
        )

    def _counterparts(
        self, fact: ResponseRecorded | ResponseDeleted, response: Response, *, deleted: bool
    ) -> Iterator[tuple[Person, Response]]:
        """The same member under its other id, with whom it is."""
        transaction, campaign_id = fact.transaction or "", response.campaign_id
        known = self.ledger.member_changes(transaction, campaign_id)
        mine = MemberChange(
            transaction, campaign_id, fact.response_id, deleted, fact.stamp.at, response.state.responded_at
        )
        for change in counterparts(mine, known):
            owner = self.people.owner_of_response(change.response_id)
            if owner is not None and owner.person_id is not None:
                person, other = loaded(self.people, owner.person_id, change.response_id)
                if person is not None and other is not None:
                    yield person, other

    def _former(self, fact: ResponseRecorded, response: Response) -> tuple[Person, Response] | None:
        """The response that the transaction deleted before it made this one."""
        for person, old in self._counterparts(fact, response, deleted=False):
            details = old.details or Details()
            if old.state.deleted and details.renamed_to is None and old.state.responded >= response.state.responded:
                return person, old
        return None

    def _successor(self, fact: ResponseDeleted, response: Response) -> tuple[Person, Response] | None:
        """The response that the transaction made anew for this one."""
        for person, new in self._counterparts(fact, response, deleted=True):
            details = new.details or Details()
            if not new.state.deleted and details.former_response_id is None:
                return person, new
        return None

    def _recreate(
        self,
        person: Person,
        new: Response,
        other: Person,
        old: Response,
        at: datetime,
        *,
        is_new_to_person: bool,
        is_deleted: bool,
    ) -> bool:
        engaged = person.active
        mine = self.people.get_response(person.person_id, engaged.response_id) if engaged is not None else None
        recreation = Recreation(person, new, other, old, mine, is_new_to_person, is_deleted)
        changes = recreate(recreation, at, self.reference.settings(), self._owners)
        return committed(self.people, *self._with_classes(changes))

    def _record_tombstone(self, response_id: str, stamp: ChangeStamp, read: ChangeStamp | None) -> bool:
        """Nobody has the response: an older fact that is still on its way is not to bring it back."""
        try:
            self.people.record_tombstone(response_id, stamp, read)
        except Conflict:
            return False
        return True


def _unknown(response_id: str) -> UnknownResponse:
    return UnknownResponse(f"response {response_id!r} is not known", "detail.response_id")
