"""Close a month: keep its statement for good, with what is known by now about the months that were closed before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.measures.count_measures import CountMeasures
from rekindle.application.ports import Clock
from rekindle.application.ports.measures import Books, Census
from rekindle.application.ports.records import Reference
from rekindle.application.ports.settings import SettingsVersions
from rekindle.domain.core.errors import NotClosable
from rekindle.domain.core.values import replace
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.books import (
    Adjustment,
    ClosedRecord,
    Posting,
    PreviousStatement,
    SettingsInForce,
    SourceRecord,
    Statement,
    StoredState,
    adjustments,
    closed_records,
    decisions_digest,
    digest_of,
    digest_of_records,
    following,
    postings,
    preceding,
    span_of,
    totals_by_month,
)
from rekindle.domain.measures.causes import OTHER_COUNT, OTHER_SETTINGS, PENDING, in_words
from rekindle.domain.measures.credit import names_of
from rekindle.domain.measures.metrics import CountedAs
from rekindle.domain.measures.points import models_of
from rekindle.domain.measures.stored_causes import LAST_OF_DEALS, StoredCauses
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.settings.settings import Settings

_PAGE = 100


@dataclass(frozen=True)
class CloseBooks:
    count: CountMeasures
    census: Census
    books: Books
    reference: Reference
    versions: SettingsVersions
    clock: Clock

    def due(self) -> Sequence[str]:
        """The months that the settings want closed by now, in their order."""
        settings = self.reference.settings()
        day = (settings.document.get("books") or {}).get("close_on_day")
        if day is None:
            return []
        today = self.clock().astimezone(settings.zone)
        last, closed = preceding(f"{today:%Y-%m}"), self.books.months()
        if today.day < day:
            last = preceding(last)
            if not closed:
                return []
        months, month = [], following(closed[0]) if closed else last
        while month <= last:
            months.append(month)
            month = following(month)
        return months

    def check(self, month: str) -> bool:
        """Whether the month is closed already. Raises NotClosable where it cannot be closed yet."""
        closed = self.books.months()
        if month in closed:
            return True
        if closed and month != following(closed[0]):
            raise NotClosable(f"the month to be closed next is {following(closed[0])}", "period")
        until = span_of(month, self.reference.settings().zone)[1]
        if self.clock() < until:
            raise NotClosable(f"{month} is not over", "period")
        return False

    def __call__(self, month: str) -> None:
        """Once: a month that is closed stays as it is. Raises NotClosable, and Conflict where somebody closed it
        meanwhile."""
        if self.check(month):
            return
        at, settings = self.clock(), self.reference.settings()
        closed = self.books.months()
        previous = self.books.previous(closed[0]) if closed else None
        found = self.count(CountedAs.of(settings.document))
        posted = postings(found.cycles, shares(found.deals, models_of(settings.document)), settings.zone)
        months = [*(previous.closed if previous is not None else ()), month]
        kept = closed_records(posted, months)
        before = {one.record_id: one for one in self.books.kept(previous)} if previous is not None else {}
        causes = self._causes(posted, kept, before, months)
        since, until = span_of(month, settings.zone)
        statement = Statement(
            month,
            since,
            until,
            settings.zone.key,
            StoredState(at, len(kept), digest_of_records(kept.values())),
            self._in_force(since, settings),
            decisions_digest(found.cycles, month, settings.zone),
            totals_by_month(posted, [month])[month],
            previous,
        )
        if previous is not None:
            adjusted = _adjustments(statement, previous, posted, before, causes, settings)
            statement = replace(statement, adjustments=tuple(adjusted))
        concerned = {one.record.record_id: one.record for one in posted}
        noted = (replace(one, causes=causes.of(concerned[one.record_id])) for one in kept.values())
        self.books.put(statement, noted, names_of(found.campaigns.get))

    def _causes(
        self,
        posted: Sequence[Posting],
        kept: dict[str, ClosedRecord],
        before: dict[str, ClosedRecord],
        months: Sequence[str],
    ) -> StoredCauses:
        wanted = (one.record for one in posted if one.month in months)
        causes = StoredCauses(wanted, kept.keys() - before.keys(), before.keys() - kept.keys())
        causes.note_journeys(self.census.journeys())
        opportunities = self.census.records(OPPORTUNITY)[OPPORTUNITY.name]
        causes.note_opportunities({name: versions[-1] for name, versions in opportunities.items()})
        causes.note_people(self.census.people())
        return causes

    def _in_force(self, since: datetime, settings: Settings) -> tuple[SettingsInForce, ...]:
        """The versions since the first instant of the month, up to those of the count."""
        found, start = {settings.version: settings.document}, None
        while True:
            page = self.versions.versions(_PAGE, start)
            for stored in page.items:
                number, at = stored.version, stored.stored_at
                if number < settings.version:
                    found[number] = self.versions.get(number) or {}
                if number <= settings.version and at <= since:
                    start = None
                    break
            else:
                start = page.next
            if start is None:
                return tuple(SettingsInForce(number, digest_of(document)) for number, document in sorted(found.items()))


def _adjustments(
    statement: Statement,
    previous: PreviousStatement,
    posted: Sequence[Posting],
    before: dict[str, ClosedRecord],
    causes: StoredCauses,
    settings: Settings,
) -> list[Adjustment]:
    is_changed = statement.settings[-1].sha256 != previous.settings_sha256
    known = frozenset().union(*(one.causes for one in before.values()))

    def cause_of(record: SourceRecord) -> str:
        learned = causes.of(record) - known
        if record.record_id not in before:
            # Of a deal that is new, the responses before were there already: its own change made it count.
            heavy = frozenset(cause for cause in learned if cause.rank <= LAST_OF_DEALS)
            learned = heavy or learned
        if not learned:
            return OTHER_SETTINGS if is_changed else PENDING
        return in_words(learned, statement.since, settings.zone)

    kept = (posting for one in before.values() for posting in one.postings())
    return adjustments(previous.closed, kept, posted, cause_of, OTHER_SETTINGS if is_changed else OTHER_COUNT)
