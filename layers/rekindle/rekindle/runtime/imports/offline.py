"""A file that is loaded without a stack: what is known is a history, and what is new is appended to it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from rekindle.adapters.imports.exceptions_file import ExceptionsFile
from rekindle.adapters.imports.field_rules import rule_of_field
from rekindle.adapters.imports.history_file import NewFacts, learn_history, new_facts
from rekindle.adapters.imports.known_in_file import KnownInFile
from rekindle.adapters.imports.phones import phone_number
from rekindle.adapters.imports.table import Table
from rekindle.application.imports.check_rows import CheckRows
from rekindle.application.imports.find_person import FindPerson
from rekindle.application.imports.import_rows import ImportRows
from rekindle.application.imports.settle_rows import SettleRows
from rekindle.domain.imports.cells import Reading
from rekindle.domain.imports.dates import DateReading
from rekindle.domain.imports.kinds import ImportKind
from rekindle.domain.imports.mapping import FileMapping, Plan, plan_of
from rekindle.domain.imports.report import ABORT_OVER_PERCENT, Report
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True)
class Imported:
    plan: Plan
    report: Report
    is_aborted: bool
    exceptions: Path | None
    """The file of refused rows; None where none was written."""


@dataclass(frozen=True)
class OfflineImport:
    """`document` is a settings document: times without an offset are in its time zone. `now` is the instant of the
    import."""

    kind: ImportKind
    mapping: FileMapping
    document: Mapping[str, Any]
    now: datetime
    abort_over_percent: float = ABORT_OVER_PERCENT
    report: Report = field(default_factory=Report)

    def __call__(self, file: IO[bytes], history: Path | None, exceptions: Path, *, dry_run: bool = False) -> Imported:
        """Raises FileRefused, BadHistory and OSError. Then nothing is written; nor is by a dry run."""
        table = Table(file, self.mapping, self.report)
        plan = plan_of(self.kind, self.mapping, table.header)
        with closing(KnownInFile()) as known, new_facts() as facts, _written(exceptions) as refused_rows:
            if history is not None and history.is_file():
                learn_history(known, history, self.document)
            refused = ExceptionsFile(refused_rows, table.header, table.delimiter)
            self._load(table, plan, known, facts, refused)
            is_aborted = self.report.is_aborted(self.abort_over_percent)
            if dry_run:
                return Imported(plan, self.report, is_aborted, None)
            if history is not None and not is_aborted:
                facts.append_to(history)
            written = self._kept(refused_rows, exceptions)
        return Imported(plan, self.report, is_aborted, written)

    def _load(self, table: Table, plan: Plan, known: KnownInFile, facts: NewFacts, refused: ExceptionsFile) -> None:
        zone = Settings.of(self.document, 0).zone
        reading = Reading(DateReading(zone, self.mapping.dates), self.mapping.decimal)
        find = FindPerson(known, phone_number, self.mapping.country)
        rows = ImportRows(CheckRows(plan, reading, rule_of_field), SettleRows(self.kind, known, find, self.now), known)
        for fact in rows(table, self.report, refused.write):
            facts.write(fact)

    def _kept(self, refused_rows: IO[str], exceptions: Path) -> Path | None:
        if not self.report.causes:
            return None
        refused_rows.flush()
        os.replace(refused_rows.name, exceptions)
        return exceptions


@contextmanager
def _written(beside: Path) -> Iterator[IO[str]]:
    """A file in the same folder, which takes the place of the other one only when it is complete."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=beside.parent, prefix=f".{beside.name}.", delete=False
    ) as file:
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)
