"""What the next rows of a file ask of the store, read many at a time, for the rows and for the use cases that record
them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rekindle.application.imports.together import AtOnce, WrittenTogether
from rekindle.application.ports import Page
from rekindle.application.ports.imports import ManyRecords
from rekindle.application.ports.people import ListedBy, People, Scores
from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change

_MOST_ROUNDS = 8
"""A row asks one thing after the other: who has an address, then who that is, then what responses there are."""
_Question = tuple[Any, ...]
_PERSON, _RESPONSE, _OWNER, _SCORE, _LISTED = "person", "response", "owner", "score", "listed"


class _NotRead(Exception):
    """A question that is answered in the next round."""


@dataclass
class ReadAheadStores:
    """People and scores whose answers are kept until they are changed or forgotten. What is written is written on
    condition, so an answer that is out of date is no more than another try."""

    people: People
    scores: Scores
    many: ManyRecords
    together: WrittenTogether
    answers: dict[_Question, Any] = field(default_factory=dict)
    _questions: set[_Question] | None = None

    def read(self, rows: Sequence[Any], tried: Callable[[Any], None], at_once: AtOnce) -> None:
        """Answer all that the rows ask. `tried` asks what one row needs. What was read before is forgotten."""
        self.answers.clear()
        waiting = list(rows)
        for _ in range(_MOST_ROUNDS):
            self._questions = set()
            waiting = [row for row in waiting if not self._answers_all(row, tried)]
            questions, self._questions = self._questions, None
            if not waiting:
                return
            self._answer(questions, at_once)

    def _answers_all(self, row: Any, tried: Callable[[Any], None]) -> bool:
        try:
            tried(row)
        except _NotRead:
            return False
        return True

    def _answer(self, questions: set[_Question], at_once: AtOnce) -> None:
        of = {kind: [one[1:] for one in questions if one[0] == kind] for kind in (_PERSON, _RESPONSE, _OWNER, _SCORE)}
        # Whoever is looked at is evaluated by the score.
        scored = {one for kind in (_PERSON, _SCORE) for (one,) in of[kind]}
        found: dict[_Question, Any] = dict.fromkeys([*questions, *((_SCORE, one) for one in scored)])
        for person in self.many.people([one for (one,) in of[_PERSON]]):
            found[_PERSON, person.person_id] = person
        for person_id, response in self.many.responses([(a, b) for a, b in of[_RESPONSE]]):
            found[_RESPONSE, person_id, response.response_id] = response
        for response_id, owner in self.many.owners([one for (one,) in of[_OWNER]]):
            found[_OWNER, response_id] = owner
        for score in self.many.scores(scored):
            found[_SCORE, score.person_id] = score
        listed = [one for one in questions if one[0] == _LISTED]
        found.update(zip(listed, at_once(lambda one: self.people.listed(*one[1:]), listed), strict=True))
        self.answers |= found

    def answer(self, question: _Question, read: Callable[[], Any]) -> Any:
        if question in self.answers:
            return self.answers[question]
        if self._questions is not None:
            self._questions.add(question)
            raise _NotRead
        self.written()
        return read()

    def written(self) -> None:
        """What is read from the store next is as all changes so far have left it."""
        if self.together.keeps_back:
            self.together.write()

    def committed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            person_id = change.person.person_id
            self.answers[_PERSON, person_id] = change.person
            if change.new_score is not None:
                self.answers.pop((_SCORE, person_id), None)
            for response_id in [*(one.response_id for one in change.responses), *change.removed]:
                self.answers.pop((_RESPONSE, person_id, response_id), None)
                self.answers.pop((_OWNER, response_id), None)

    def outdated(self, person_ids: Sequence[str]) -> None:
        """Somebody else changed something of these people."""
        for question in [one for one in list(self.answers) if one[0] in (_OWNER, _RESPONSE) or one[1] in person_ids]:
            self.answers.pop(question, None)


class ReadAheadPeople:
    """All that is not read ahead is read from the store."""

    def __init__(self, stores: ReadAheadStores) -> None:
        self._stores, self._people = stores, stores.people

    def __getattr__(self, name: str) -> Any:
        of_store = getattr(self._people, name)

        def after_what_is_kept_back(*args: Any, **options: Any) -> Any:
            self._stores.written()
            return of_store(*args, **options)

        return after_what_is_kept_back

    def get(self, person_id: str) -> Any:
        return self._stores.answer((_PERSON, person_id), lambda: self._people.get(person_id))

    def get_response(self, person_id: str, response_id: str) -> Any:
        question = (_RESPONSE, person_id, response_id)
        return self._stores.answer(question, lambda: self._people.get_response(person_id, response_id))

    def load(self, person_id: str, response_id: str) -> Any:
        answers = self._stores.answers
        person, response = (_PERSON, person_id), (_RESPONSE, person_id, response_id)
        if person in answers and response in answers:
            return answers[person], answers[response]
        if person in answers and answers.get((_OWNER, response_id), self) is None:
            return answers[person], None  # Nobody's response is not this person's.
        self._stores.written()
        return self._people.load(person_id, response_id)

    def owner_of_response(self, response_id: str) -> Any:
        return self._stores.answer((_OWNER, response_id), lambda: self._people.owner_of_response(response_id))

    def listed(self, by: ListedBy, key: str, limit: int, start: str | None = None) -> Page[str]:
        found: Page[str] = self._stores.answer(
            (_LISTED, by, key, limit, start), lambda: self._people.listed(by, key, limit, start)
        )
        return found

    def commit(self, *changes: Change) -> None:
        if self._stores.together.keeps_back:
            self._stores.together.commit(changes)
            self._stores.committed(changes)
            return
        try:
            self._people.commit(*changes)
        except Conflict:
            self._stores.outdated([change.person.person_id for change in changes])
            raise
        self._stores.committed(changes)


@dataclass(frozen=True)
class ReadAheadScores:
    stores: ReadAheadStores

    def get(self, person_id: str) -> Score | None:
        score: Score | None = self.stores.answer((_SCORE, person_id), lambda: self.stores.scores.get(person_id))
        return score

    def put(self, score: Score, read_version: int) -> None:
        if self.stores.together.keeps_back:
            self.stores.together.put_score(score, read_version)
            self.stores.answers[_SCORE, score.person_id] = score
            return
        self.stores.answers.pop((_SCORE, score.person_id), None)
        self.stores.scores.put(score, read_version)

    def page(self, limit: int, start: str | None = None) -> Page[Score]:
        self.stores.written()
        return self.stores.scores.page(limit, start)
