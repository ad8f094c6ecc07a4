"""The rows of a file, some at a time: each is checked, held beside what is known, and taken whole or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from rekindle.application.imports.check_rows import CheckRows
from rekindle.application.imports.known_records import KnownRecords
from rekindle.application.imports.settle_rows import SettleRows
from rekindle.domain.imports.changes import Settled
from rekindle.domain.imports.refusals import Damage, RowFault, RowRefused
from rekindle.domain.imports.report import Outcome, Report

AT_ONCE = 200
"""Rows that are looked at together."""
Refuse = Callable[[int, Sequence[str] | Damage, RowRefused], None]
"""Takes the line of a refused row, its cells, and why it is refused."""


@dataclass(frozen=True, slots=True)
class SettledRow:
    line: int
    cells: Sequence[str]
    settled: Settled


Take = Callable[[Sequence[SettledRow]], Sequence[RowRefused | None]]
"""Writes what some rows come to. Answers for each of them why it was refused after all, None where it was not."""
Prepare = Callable[[Sequence[Mapping[str, Any]]], None]
"""Hears of the values of the rows that come next."""
_Row = tuple[int, list[str] | Damage]


@dataclass(frozen=True)
class ImportRows:
    """`needs_campaign`: whether a response whose campaign is not known is refused, as the store would do."""

    check: CheckRows
    settle: SettleRows
    known: KnownRecords
    headers: Mapping[str, str]
    """Field -> the header of its column, by which a refusal names it."""
    take: Take
    prepare: Prepare = lambda rows: None
    needs_campaign: bool = False

    def __call__(self, rows: Iterable[_Row], report: Report, refuse: Refuse) -> None:
        for some in batched(rows, AT_ONCE, strict=False):
            checked = [self._checked(row) for row in some]
            self.prepare([values for values in checked if isinstance(values, dict)])
            settled = [self._settled(values, report) for values in checked]
            taken = iter(self.take(_taken(some, settled)))
            for (line, cells), one in zip(some, settled, strict=True):
                refused = one if isinstance(one, RowRefused) else next(taken)
                if refused is not None:
                    refused = self._named(refused)
                    report.refuse(line, refused)
                    refuse(line, cells, refused)
                elif isinstance(one, Settled):
                    _count(one, report)

    def _named(self, refused: RowRefused) -> RowRefused:
        column = self.headers.get(refused.column or "", refused.column)
        return RowRefused(refused.fault, column, refused.value, refused.repair)

    def _checked(self, row: _Row) -> dict[str, Any] | RowRefused:
        line, cells = row
        if isinstance(cells, Damage):
            return RowRefused(cells.fault)
        try:
            return self.check(line, cells)
        except RowRefused as refused:
            return refused

    def _settled(self, values: dict[str, Any] | RowRefused, report: Report) -> Settled | RowRefused:
        if isinstance(values, RowRefused):
            return values
        campaign_id = values.get("campaign_id") if self.settle.kind.is_about_person else None
        is_unknown = campaign_id is not None and self.known.values("campaign", campaign_id) is None
        if is_unknown and self.needs_campaign:
            return RowRefused(RowFault.UNKNOWN_CAMPAIGN, "campaign_id", campaign_id or "")
        try:
            settled = self.settle(values)
        except RowRefused as refused:
            return refused
        if is_unknown and settled.facts:
            report.name_unknown_campaign(str(campaign_id))
        return settled


def _taken(rows: Sequence[_Row], settled: Sequence[Settled | RowRefused]) -> list[SettledRow]:
    return [
        SettledRow(line, cells, one)
        for (line, cells), one in zip(rows, settled, strict=True)
        if isinstance(one, Settled) and not isinstance(cells, Damage)
    ]


def _count(settled: Settled, report: Report) -> None:
    report.outcomes[settled.outcome] += 1
    report.duplicates += settled.is_repeated
    report.people_created += settled.people is Outcome.CREATED
    report.people_updated += settled.people is Outcome.UPDATED
    report.facts += len(settled.facts)
