"""What the rows of a file change, kept back and written many rows at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from rekindle.application.ports.imports import ManyRecords
from rekindle.application.ports.people import Scores
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change

_AT_ONCE = 5
"""Commits of a transaction: most change four items."""
_LANES = 2
"""Transactions that are under way at the same time: with five commits each, ten rows."""
AtOnce = Callable[[Callable[[Any], Any], Sequence[Any]], Sequence[Any]]
"""Does something with each value, several at the same time."""


@dataclass(frozen=True, slots=True)
class _KeptBack:
    record: str
    """Whose rows it came from."""
    changes: tuple[Change, ...] = ()
    score: tuple[Score, int] | None = None

    def keys(self) -> set[tuple[str, str]]:
        """What it reads or writes: of two that have one in common, the first is written first."""
        keys = {("person", self.score[0].person_id)} if self.score else set[tuple[str, str]]()
        for change in self.changes:
            keys.add(("person", change.person.person_id))
            keys |= {("response", one.response_id) for one in change.responses}
            keys |= {("response", one) for one in change.removed}
            if change.unchanged_score is not None:
                keys.add(("person", change.unchanged_score[0]))
            if change.decision is not None:
                keys.add(("decision", change.decision.decision_id))
        return keys


@dataclass
class WrittenTogether:
    """Each commit is whole or not at all, on its own condition. Where one fails, `failed` has the record of its rows,
    and nothing that follows of the record is written: its rows have to be recorded again."""

    many: ManyRecords
    scores: Scores
    at_once: AtOnce
    failed: set[str] = field(default_factory=set)
    _record: str | None = None
    _kept_back: list[_KeptBack] = field(default_factory=list)

    @property
    def keeps_back(self) -> bool:
        return self._record is not None

    def begin(self, record: str) -> None:
        """What is changed from now on comes from the rows of this record, and is kept back."""
        self._record = record

    def end(self) -> set[str]:
        """Write what is kept back. Answers the records whose rows have to be recorded again. Raises Unavailable."""
        self._record = None
        self.write()
        failed, self.failed = self.failed, set()
        return failed

    def commit(self, changes: tuple[Change, ...]) -> None:
        record, last = self._record or "", self._kept_back[-1] if self._kept_back else None
        if last is not None and last.record == record and len(last.changes) == len(changes) == 1:
            one = _as_one(last.changes[0], changes[0])
            if one is not None:
                self._kept_back[-1] = _KeptBack(record, (one,))
                return
        self._kept_back.append(_KeptBack(record, changes))

    def put_score(self, score: Score, read_version: int) -> None:
        self._kept_back.append(_KeptBack(self._record or "", score=(score, read_version)))

    def write(self) -> None:
        """Raises Unavailable."""
        waves: list[list[_KeptBack]] = []
        place: dict[tuple[str, str], int] = {}
        for one in self._kept_back:
            keys = one.keys()
            wave = max((place.get(key, -1) for key in keys), default=-1) + 1
            place.update(dict.fromkeys(keys, wave))
            if wave == len(waves):
                waves.append([])
            waves[wave].append(one)
        self._kept_back.clear()
        for some in waves:
            wanted = [one for one in some if one.record not in self.failed]
            commits = list(batched((one for one in wanted if one.score is None), _AT_ONCE, strict=False))
            for failed in self.at_once(self._committed, [commits[lane::_LANES] for lane in range(_LANES)]):
                self.failed |= failed
            for failed in self.at_once(self._put, [one for one in wanted if one.score is not None]):
                self.failed |= failed

    def _committed(self, transactions: Sequence[Sequence[_KeptBack]]) -> set[str]:
        failed = set[str]()
        for some in transactions:
            committed = self.many.commit([one.changes for one in some])
            failed |= {one.record for one, is_committed in zip(some, committed, strict=True) if not is_committed}
        return failed

    def _put(self, one: _KeptBack) -> set[str]:
        if one.score is not None:
            try:
                self.scores.put(*one.score)
            except Conflict:
                return {one.record}
        return set()


def _as_one(first: Change, second: Change) -> Change | None:
    """A change of a person's own fields, and what follows of that person; None where the first changed more."""
    person, alone = first.person, Change(first.person, first.read_version)
    own = replace(first, entries=(), identity_changed=False, classes=alone.classes)
    if own != alone or person.person_id != second.person.person_id or second.person.profile is None:
        return None
    entries, identity_changed = first.entries + second.entries, first.identity_changed or second.identity_changed
    return replace(second, read_version=first.read_version, entries=entries, identity_changed=identity_changed)
