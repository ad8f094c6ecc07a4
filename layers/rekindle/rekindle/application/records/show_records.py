"""Read where a person stands, and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import islice

from rekindle.application.core.attempts import current_person
from rekindle.application.ports import Page
from rekindle.application.ports.people import ListedBy, People, Scores
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import RecordStores, Reference
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.directory import HEAD, mail_entry, name_beginning
from rekindle.domain.people.naming import phone_key
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.decision import SEARCHES, Decision
from rekindle.domain.reactivation.explanation import Explanation, explain
from rekindle.domain.reactivation.replay import Inputs, decided_again, inputs_of
from rekindle.domain.reactivation.search import Considered, SearchRules, best_first, explain_search
from rekindle.domain.reactivation.why_not import WhyNot, candidate, why_not
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Scenario


@dataclass(frozen=True, slots=True)
class Shown:
    person: Person
    score: Score | None


@dataclass(frozen=True, slots=True)
class Responses:
    """A page of responses, and whose they are: the person asked for, or the one that took it over."""

    person_id: str
    items: Sequence[Response]
    next: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a person stands, the last responses with what a search would say of each, and what happened last."""

    shown: Shown
    responses: Sequence[Response]
    verdicts: Mapping[str, Considered]
    """What a search of the scenario says of each of these responses, by their ids."""
    timeline: Page[Decision | Entry]


LONG_HISTORY = 1_000
"""Responses that are read and listed at a time to explain decisions, so that any history is answered in time."""


@dataclass(frozen=True, slots=True)
class _History:
    responses: Sequence[Response]
    total: int
    next: str | None = None
    complete: bool = True


@dataclass(frozen=True)
class ShowRecords:
    people: People
    scores: Scores
    ledger: Ledger
    reference: Reference
    stores: RecordStores

    def person(self, person_id: str) -> Shown:
        """The person, or the one that took it over. Raises NotFound."""
        person = self._home(person_id)
        return Shown(person, self.scores.get(person.person_id))

    def overview(self, person_id: str, scenario: Scenario, now: datetime, limit: int) -> Overview:
        """Costs three requests, at any length of the history, beside the campaigns that are not in memory; four for
        somebody who was merged. Raises NotFound."""
        person, responses = self.people.with_last_responses(person_id, limit)
        while person is not None and person.merged_into is not None:
            person, responses = self.people.with_last_responses(person.merged_into, limit)
        found = _or_not_found(person, f"there is no person {person_id!r}")
        living = [response for response in responses if not response.state.deleted]
        settings = self.reference.settings()
        rules = SearchRules.of(settings.scenario(scenario), settings.classes, now)
        _, considered = explain_search(living, cache(self.reference.campaign), rules)
        return Overview(
            Shown(found, self.scores.get(found.person_id)),
            best_first(living),
            {one.response_id: one for one in considered},
            self.ledger.timeline(found.person_id, limit, None),
        )

    def find(self, by: ListedBy | None, text: str, limit: int, start: str | None) -> Page[Shown]:
        """People by e-mail address, telephone number or beginning of the name; by any of their ids where `by` is None.
        Nobody is found twice, and nobody who was deleted."""
        if by is None:
            known = self.people.get(text)
            return Page([self.person(text)] if known is not None else [], None)
        key = _KEYS[by](text)
        if not key:
            raise InvalidField(f"expected {_EXPECTED[by]}", _PARAMETERS[by])
        page = self.people.listed(by, key, limit, start)
        people = {shown.person.person_id: shown for shown in map(self.person, page.items) if not shown.person.deleted}
        return Page(list(people.values()), page.next)

    def responses(self, person_id: str, limit: int, start: str | None) -> Responses:
        """The person's responses by their dates, newest first, those that were deleted left out."""
        person = self._home(person_id)
        page = self.people.newest_responses(person.person_id, limit, start)
        return Responses(person.person_id, page.items, page.next)

    def decisions(self, person_id: str, limit: int, start: str | None) -> Page[Explanation]:
        """Newest first, each explained; then those of the people who became this one."""
        page = self._chained(self.ledger.decisions, person_id, limit, start)
        return Page(self._explained(person_id, page.items), page.next)

    def decision(self, decision_id: str, start: str | None = None) -> Explanation:
        """The decision explained, and made again from what is stored, where the person's history is not long. A long
        history is explained in pages, in the order of the ids of its responses; `start` is the last id of the page
        before."""
        decision = _or_not_found(self.ledger.get(decision_id), f"there is no decision {decision_id!r}")
        history = self._history(decision.person_id, [decision], again=True, start=start)
        explanation = self._explanation(decision, history)
        if not history.complete:
            return explanation
        return replace(explanation, same_again=self._replayed_same(decision, history.responses))

    def why_not(self, decision_id: str, response_id: str) -> WhyNot | None:
        """By what another response would have got the credit; None where the decision cannot be made again as it was
        from what is stored. Raises NotFound, also for a response that the decision did not consider."""
        decision = _or_not_found(self.ledger.get(decision_id), f"there is no decision {decision_id!r}")
        history = self._history(decision.person_id, [decision], again=True, everything=True)
        if not history.complete:
            return None
        for inputs in self._inputs(decision, history.responses):
            if decided_again(inputs) == decision:
                _or_not_found(candidate(inputs, response_id), f"the decision did not consider {response_id!r}")
                return why_not(inputs, response_id)
        return None

    def _replayed_same(self, decision: Decision, history: Sequence[Response]) -> bool | None:
        same = None
        for inputs in self._inputs(decision, history):
            same = decided_again(inputs) == decision
            if same:
                return True
        return same

    def _inputs(self, decision: Decision, history: Sequence[Response]) -> Iterator[Inputs]:
        """What the decision was made from: by the campaigns and users of its instant, then by those of a moment before,
        which it may have read."""
        settings = self.reference.settings_at(decision.settings_version)
        for moment in (decision.decided_at, decision.decided_at - self.reference.age):
            campaign_of = cache(partial(self._campaign_at, moment))
            inputs = inputs_of(decision, history, campaign_of, partial(self._user_at, moment), settings)
            if inputs is not None:
                yield inputs

    def _campaign_at(self, moment: datetime, campaign_id: str) -> Campaign | None:
        return self.reference.campaign_at(campaign_id, moment)

    def _user_at(self, moment: datetime, user_id: str) -> User | None:
        return self.reference.user_at(user_id, moment)

    def explained(self, decision: Decision) -> Explanation:
        return self._explained(decision.person_id, [decision])[0]

    def timeline(self, person_id: str, limit: int, start: str | None) -> Page[Decision | Entry]:
        """Decisions, stages and ends, newest first; then those of the people who became this one."""
        return self._chained(self.ledger.timeline, person_id, limit, start)

    def _chained[T](
        self, read: Callable[[str, int, str | None], Page[T]], person_id: str, limit: int, start: str | None
    ) -> Page[T]:
        """One list over the person and all that it merged. `start` is the position in that row, then the page."""
        home = self._home(person_id)
        everybody = (home.person_id, *home.merged_ids)
        index, _, inner = (start or "0~").partition("~")
        if not index.isdecimal():
            raise InvalidField("it is not what an earlier page answered as next", "next")
        position, token = int(index), inner or None
        items: list[T] = []
        while position < len(everybody) and len(items) < limit:
            page = read(everybody[position], limit - len(items), token)
            items.extend(page.items)
            token = page.next
            if token is None:
                position += 1
        return Page(items, f"{position}~{token or ''}" if position < len(everybody) else None)

    def assignments(self, state: AssignmentState, limit: int, start: str | None) -> Page[Person]:
        """People by the state of their newest assignment: of those who wait, what is due first comes first."""
        return self.people.assigned(state, limit, start)

    def record[R](self, kind: Kind[R], record_id: str) -> R:
        """The record as last stored. Raises NotFound."""
        return _or_not_found(self.stores(kind).get(record_id), f"there is no {kind.name} {record_id!r}")

    def _home(self, person_id: str) -> Person:
        return _or_not_found(current_person(self.people, person_id), f"there is no person {person_id!r}")

    def _explained(self, person_id: str, decisions: Sequence[Decision]) -> list[Explanation]:
        history = self._history(person_id, decisions)
        return [self._explanation(decision, history) for decision in decisions]

    def _history(
        self,
        person_id: str,
        decisions: Sequence[Decision],
        *,
        again: bool = False,
        everything: bool = False,
        start: str | None = None,
    ) -> _History:
        """A person's responses, `LONG_HISTORY` at most, and those that got the credit; none where the trigger was
        skipped before the search. `again`: whether they are made again, which reads the response that arrived, and in
        a batch every engagement. `everything`: also where the trigger was skipped before."""
        gone_through = everything or any(
            d.searched or d.activates or (again and (d.scenario not in SEARCHES or d.batch_id is not None))
            for d in decisions
        )
        if not gone_through:
            return _History([], 0)
        home = self._home(person_id)
        responses = list(islice(self.people.responses(home.person_id, start), LONG_HISTORY + 1))
        following = responses[-2].response_id if len(responses) > LONG_HISTORY else None
        del responses[LONG_HISTORY:]
        if following is None and start is None:
            return _History(responses, len(responses))
        read = {response.response_id for response in responses}
        for credited in dict.fromkeys(decision.response_id for decision in decisions):
            credited_response = (
                self.people.get_response(home.person_id, credited) if credited and credited not in read else None
            )
            if credited_response is not None:
                responses.append(credited_response)
        return _History(responses, home.responses, following, complete=False)

    def _explanation(self, decision: Decision, history: _History) -> Explanation:
        """Told by the campaigns of the instant of the decision. It may have read them a moment before: where a
        campaign was changed in between, the explanation that agrees with the credit is the true one."""
        settings = self.reference.settings_at(decision.settings_version)

        def as_of(moment: datetime) -> Explanation:
            campaign_of = cache(lambda campaign_id: self.reference.campaign_at(campaign_id, moment))
            return explain(decision, history.responses, campaign_of, settings, complete=history.complete)

        explanation = as_of(decision.decided_at)
        if not explanation.agrees:
            explanation = as_of(decision.decided_at - self.reference.age)
        if history.complete or not decision.searched:
            return explanation
        return replace(explanation, total=history.total, next=history.next)


_KEYS: Mapping[ListedBy, Callable[[str], str | None]] = {
    ListedBy.MAIL: mail_entry,
    ListedBy.PHONE: phone_key,
    ListedBy.NAME: name_beginning,
}
_EXPECTED = {
    ListedBy.MAIL: "an e-mail address",
    ListedBy.PHONE: "a telephone number of seven digits or more",
    ListedBy.NAME: f"the beginning of a name, {HEAD} letters or more",
}
_PARAMETERS = {ListedBy.MAIL: "email", ListedBy.PHONE: "phone", ListedBy.NAME: "name"}


def _or_not_found[T](record: T | None, missing: str) -> T:
    if record is None:
        raise NotFound(missing)
    return record
