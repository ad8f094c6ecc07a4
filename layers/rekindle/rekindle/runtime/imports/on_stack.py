"""A file that is loaded into a deployed stack: what is known is what its tables have, and new facts are recorded by the
use cases that the functions run."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from rekindle.adapters.imports.exceptions_file import ExceptionsFile
from rekindle.adapters.imports.history_file import event_of
from rekindle.adapters.imports.known_in_file import KnownInFile
from rekindle.adapters.imports.table import Table
from rekindle.adapters.wire.events import facts_of
from rekindle.application.imports.import_rows import Refuse, SettledRow, Take
from rekindle.application.imports.known_beside import KnownBeside
from rekindle.application.imports.read_ahead import ReadAheadPeople, ReadAheadScores, ReadAheadStores
from rekindle.application.imports.settle_rows import SettleRows
from rekindle.application.imports.stored_records import StoredRecords
from rekindle.application.imports.together import WrittenTogether
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.core.errors import Conflict, InProgress, Refusal
from rekindle.domain.imports.changes import NewFact
from rekindle.domain.imports.mapping import Plan
from rekindle.domain.imports.refusals import RowFault, RowRefused
from rekindle.domain.imports.report import Report
from rekindle.runtime.imports.loading import Imported, Loading, Rows, kept, refused_rows, take_nothing
from rekindle.runtime.ports import Ports
from rekindle.runtime.threads import at_the_same_time
from rekindle.runtime.use_cases import UseCases

_PERSON = f"{PERSON.name}:"
TakeBy = Callable[[UseCases, ReadAheadStores], Take]
"""What takes the rows, by use cases that read ahead and write together."""
_TRIES = 5
"""Of a fact whose record is changed all the time, before the import ends."""


@dataclass(frozen=True)
class ReadAhead:
    """Asks the store for what the next rows need: each row is tried on what is stored, only for its questions."""

    settle: SettleRows
    stored: StoredRecords
    stores: ReadAheadStores

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.stored.forget()
        self.stores.read(rows, self._try, at_the_same_time)

    def _try(self, row: Mapping[str, Any]) -> None:
        try:
            self.settle(row)
        except RowRefused:
            return
        if self.settle.kind.is_about_person and row.get("campaign_id"):
            self.stored.values("campaign", row["campaign_id"])


@dataclass(frozen=True)
class RecordFacts:
    """Raises Conflict and Unavailable: to load the file again goes on where it ended."""

    use: UseCases
    now: datetime
    stores: ReadAheadStores

    def __call__(self, rows: Sequence[SettledRow]) -> list[RowRefused | None]:
        """The rows of one record stay in their order. What all of them change is written together; only where others
        changed a record meanwhile are its rows recorded by themselves."""
        refused: list[RowRefused | None] = [None] * len(rows)
        by_record: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            if row.settled.facts:
                by_record.setdefault(row.settled.record, []).append(place)

        def record(places: Sequence[int]) -> None:
            for place in places:
                refused[place] = self._recorded(rows[place].settled.facts)

        together = self.stores.together
        for name, places in by_record.items():
            if name.startswith(_PERSON):
                together.begin(name)
                record(places)
        others = [places for name, places in by_record.items() if not name.startswith(_PERSON)]
        failed = together.end()
        if failed:
            self.stores.answers.clear()
        at_the_same_time(record, [*others, *(by_record[name] for name in sorted(failed))])
        return refused

    def _recorded(self, facts: Sequence[NewFact]) -> RowRefused | None:
        try:
            for new in facts:
                for fact in facts_of(event_of(new), arrived_at=self.now):
                    self._record(fact)
        except Refusal as refusal:
            return RowRefused(
                RowFault.FIELD, (refusal.field or "").removeprefix("detail.") or None, repair=refusal.message
            )
        except InProgress:
            return RowRefused(RowFault.IN_PROGRESS)  # It may take minutes, and the other rows are not to wait.
        return None

    def _record(self, fact: Any) -> None:
        for _ in range(_TRIES - 1):
            try:
                self.use.record_crm_changes(fact)
                return
            except InProgress:
                raise
            except Conflict:
                continue  # Somebody else was busy with the record.
        self.use.record_crm_changes(fact)


@dataclass(frozen=True)
class StackImport:
    loading: Loading
    use: UseCases

    def __call__(self, file: IO[bytes], exceptions: Path, *, dry_run: bool = False) -> Imported:
        """The file is read twice: nothing is recorded before everything was counted. Raises FileRefused, OSError,
        Conflict and Unavailable."""
        with refused_rows() as refused:
            plan, report = self._load(file, lambda use, stores: take_nothing, refused)
            is_aborted = self.loading.is_aborted(report)
            if dry_run:
                return Imported(plan, report, is_aborted, None)
            # First, since it may be impossible to write there.
            written = kept(refused, report, exceptions)
            if not is_aborted:
                refused.seek(0)
                refused.truncate()
                plan, report = self._load(file, lambda use, stores: RecordFacts(use, self.loading.now, stores), refused)
                written = kept(refused, report, exceptions)
            return Imported(plan, report, is_aborted, written)

    def _load(self, file: IO[bytes], take_by: TakeBy, refused: IO[str]) -> tuple[Plan, Report]:
        report = Report()
        table = Table(file, self.loading.mapping, report)
        refuse = ExceptionsFile(refused, table.header, table.delimiter).write
        return load_rows(self.use, self.loading, table, report, take_by, refuse), report


def load_rows(use: UseCases, loading: Loading, table: Rows, report: Report, take_by: TakeBy, refuse: Refuse) -> Plan:
    """Rows beside what is stored and what the rows before them say. Raises FileRefused."""
    together = WrittenTogether(use.ports.many, use.ports.scores, at_the_same_time)
    stores = ReadAheadStores(use.ports.people, use.ports.scores, use.ports.many, together)
    ports = cast("Ports", _PortsAhead(use.ports, ReadAheadPeople(stores), ReadAheadScores(stores)))
    stored = StoredRecords(ports.people, ports.scores, ports.records)
    with closing(KnownInFile()) as of_file:
        known = KnownBeside(of_file, stored)
        ahead = ReadAhead(loading.settle(stored), stored, stores)
        take = take_by(UseCases(ports), stores)
        return loading.rows_of(table, report, known, take, refuse, ahead, needs_campaign=True)


class _PortsAhead:
    """All ports, with other stores of people and of scores."""

    def __init__(self, ports: Ports, people: ReadAheadPeople, scores: ReadAheadScores) -> None:
        self._ports, self.people, self.scores = ports, people, scores

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ports, name)
