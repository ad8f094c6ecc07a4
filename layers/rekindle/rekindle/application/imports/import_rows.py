"""The rows of a file, one after the other, as facts. A row is taken as a whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rekindle.application.imports.check_rows import CheckRows
from rekindle.application.imports.known_records import KnownRecords
from rekindle.application.imports.settle_rows import SettleRows
from rekindle.domain.imports.changes import NewFact
from rekindle.domain.imports.refusals import Damage, RowRefused
from rekindle.domain.imports.report import Outcome, Report

Refuse = Callable[[int, Sequence[str] | Damage, RowRefused], None]
"""Takes the line of a refused row, its cells, and why it is refused."""


@dataclass(frozen=True)
class ImportRows:
    check: CheckRows
    settle: SettleRows
    known: KnownRecords

    def __call__(
        self, rows: Iterable[tuple[int, list[str] | Damage]], report: Report, refuse: Refuse
    ) -> Iterator[NewFact]:
        for line, cells in rows:
            try:
                if isinstance(cells, Damage):
                    raise RowRefused(cells.fault)
                settled = self.settle(self.check(line, cells))
            except RowRefused as refused:
                report.refuse(line, refused)
                refuse(line, cells, refused)
                continue
            report.outcomes[settled.outcome] += 1
            report.duplicates += settled.is_repeated
            report.people_created += settled.people is Outcome.CREATED
            report.people_updated += settled.people is Outcome.UPDATED
            report.facts += len(settled.facts)
            for fact in settled.facts:
                self._note_campaign(fact, report)
                yield fact

    def _note_campaign(self, fact: NewFact, report: Report) -> None:
        campaign_id = fact.detail.get("campaign_id")
        if fact.event == "Response Recorded" and campaign_id and self.known.values("campaign", campaign_id) is None:
            report.name_unknown_campaign(campaign_id)
