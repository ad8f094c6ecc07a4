"""What every way to load a file has in common: the file is read as its mapping says, and its refused rows are kept."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Protocol

from rekindle.adapters.imports.exceptions_file import ExceptionsFile
from rekindle.adapters.imports.field_rules import rule_of_field
from rekindle.adapters.imports.phones import phone_number
from rekindle.adapters.imports.table import Table
from rekindle.application.imports.check_rows import CheckRows
from rekindle.application.imports.find_person import FindPerson
from rekindle.application.imports.import_rows import ImportRows, Prepare, Refuse, SettledRow, Take
from rekindle.application.imports.known_records import KnownRecords
from rekindle.application.imports.settle_rows import SettleRows
from rekindle.domain.imports.cells import Reading
from rekindle.domain.imports.dates import DateReading
from rekindle.domain.imports.kinds import ImportKind
from rekindle.domain.imports.mapping import FileMapping, Plan, plan_of
from rekindle.domain.imports.refusals import Damage, RowRefused
from rekindle.domain.imports.report import ABORT_OVER_PERCENT, Report


@dataclass(frozen=True)
class Imported:
    plan: Plan
    report: Report
    is_aborted: bool
    exceptions: Path | None
    """The file of refused rows; None where none was written."""


class Rows(Protocol):
    """A file, or a part of one."""

    @property
    def header(self) -> list[str]: ...

    @property
    def delimiter(self) -> str: ...

    def __iter__(self) -> Iterator[tuple[int, list[str] | Damage]]: ...


@dataclass(frozen=True)
class Loading:
    """`now` is the instant of the import, `zone` that of times without an offset."""

    kind: ImportKind
    mapping: FileMapping
    zone: tzinfo
    now: datetime
    abort_over_percent: float = ABORT_OVER_PERCENT

    def settle(self, known: KnownRecords) -> SettleRows:
        return SettleRows(self.kind, known, FindPerson(known, phone_number, self.mapping.country), self.now)

    def __call__(
        self,
        file: IO[bytes],
        known: KnownRecords,
        take: Take,
        refused_rows: IO[str],
        prepare: Prepare = lambda rows: None,
        *,
        needs_campaign: bool = False,
    ) -> tuple[Plan, Report]:
        """Raises FileRefused."""
        report = Report()
        table = Table(file, self.mapping, report)
        refuse = ExceptionsFile(refused_rows, table.header, table.delimiter).write
        return self.rows_of(table, report, known, take, refuse, prepare, needs_campaign=needs_campaign), report

    def rows_of(
        self,
        table: Rows,
        report: Report,
        known: KnownRecords,
        take: Take,
        refuse: Refuse,
        prepare: Prepare,
        *,
        needs_campaign: bool,
    ) -> Plan:
        """Raises FileRefused."""
        plan = plan_of(self.kind, self.mapping, table.header)
        reading = Reading(DateReading(self.zone, self.mapping.dates), self.mapping.decimal)
        check = CheckRows(plan, reading, rule_of_field)
        rows = ImportRows(check, self.settle(known), known, plan.headers, take, prepare, needs_campaign)
        rows(table, report, refuse)
        return plan

    def is_aborted(self, report: Report) -> bool:
        return report.is_aborted(self.abort_over_percent)


def take_nothing(rows: Sequence[SettledRow]) -> list[RowRefused | None]:
    """Only to count."""
    return [None] * len(rows)


@contextmanager
def refused_rows() -> Iterator[IO[str]]:
    """Where refused rows are kept until it is clear that the file is loaded."""
    with TemporaryFile("w+", encoding="utf-8", newline="") as file:
        yield file


def kept(rows: IO[str], report: Report, exceptions: Path) -> Path | None:
    """The file of refused rows, where there are any. It takes the place of an earlier one only when it is complete.
    Raises OSError."""
    if not report.causes:
        return None
    rows.seek(0)
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=exceptions.parent, prefix=f".{exceptions.name}.", delete=False
    ) as file:
        try:
            copyfileobj(rows, file)
            file.close()
            os.replace(file.name, exceptions)
        finally:
            Path(file.name).unlink(missing_ok=True)
    return exceptions
