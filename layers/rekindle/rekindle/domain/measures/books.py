"""Books: what a closed month says stays as it is. What is learned later about it becomes adjustments in the open month.

A month has totals: a number for each line. Every number is a sum over records, engagement cycles and won deals, so
that a change of it has the records that changed, and a cause.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from rekindle.domain.measures.attribution import Share
from rekindle.domain.measures.cycles import Cycle


class Measure(StrEnum):
    VOLUME = "volume"
    """Engagements that reached a stage in the month."""
    CREDIT = "credit"
    """Engagements of a campaign that began in the month."""
    SHARE = "share"
    """A campaign's part, by a model, of what the deals brought that were won in the month."""


class Line(NamedTuple):
    measure: Measure
    name: str = ""
    """The stage of a volume, the model of a share."""
    campaign_id: str = ""
    """Empty for no campaign."""
    currency: str = ""
    """Empty for none."""


type MonthTotals = Mapping[Line, int]
"""Counts, and amounts in the smallest unit of their currency. Lines of zero are left out."""
type TotalsByMonth = Mapping[str, MonthTotals]
"""By month, such as 2026-03."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A cycle or a deal: what the number of a line is counted from."""

    record_id: str
    """A cycle's is that of the decision that opened it, a deal's that of the opportunity."""
    concerns: tuple[tuple[str, str], ...] = ()
    """The kinds and ids of the records that a fact about it would name."""


class Cause(NamedTuple):
    """What was learned about a record."""

    rank: int
    """Those that change more come first."""
    at: datetime
    what: str


class Posting(NamedTuple):
    """A record's part in a line of a month."""

    month: str
    line: Line
    units: int
    record: SourceRecord


def month_of(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"


def span_of(month: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a month of a time zone begins, and when the next does."""
    year, number = map(int, month.split("-"))
    begin = datetime(year, number, 1, tzinfo=zone).astimezone(UTC)
    year, number = map(int, following(month).split("-"))
    return begin, datetime(year, number, 1, tzinfo=zone).astimezone(UTC)


def following(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def preceding(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - (number == 1):04}-{number - 1 or 12:02}"


def postings(cycles: Iterable[Cycle], shares: Iterable[Share], zone: tzinfo) -> list[Posting]:
    found = []
    for cycle in cycles:
        record = _record_of(cycle)
        line = Line(Measure.CREDIT, campaign_id=cycle.campaign_id)
        found.append(Posting(month_of(cycle.activated_at, zone), line, 1, record))
        for stage, at in cycle.stages.items():
            found.append(Posting(month_of(at, zone), Line(Measure.VOLUME, stage.value), 1, record))
    for share in shares:
        if share.units:
            deal = share.deal
            concerns = [("opportunity", deal.opportunity_id), *(("person", one) for one in deal.person_ids)]
            campaign_id = share.touchpoint.campaign_id if share.touchpoint is not None else ""
            line = Line(Measure.SHARE, share.model, campaign_id, deal.currency or "")
            record = SourceRecord(deal.opportunity_id, tuple(concerns))
            found.append(Posting(month_of(deal.won_at, zone), line, share.units, record))
    return found


def _record_of(cycle: Cycle) -> SourceRecord:
    concerns = [("person", cycle.person_id), ("response", cycle.response_id), ("campaign", cycle.campaign_id)]
    if cycle.opportunity_id is not None:
        concerns.append(("opportunity", cycle.opportunity_id))
    return SourceRecord(cycle.decision_id, tuple(concerns))


def totals_by_month(posted: Iterable[Posting], months: Iterable[str]) -> dict[str, dict[Line, int]]:
    """Of each of the months, also of those in which there is nothing."""
    found: dict[str, Counter[Line]] = {month: Counter() for month in months}
    for posting in posted:
        if posting.month in found:
            found[posting.month][posting.line] += posting.units
    return {month: without_zeros(totals) for month, totals in found.items()}


def without_zeros(totals: MonthTotals) -> dict[Line, int]:
    return {line: totals[line] for line in sorted(totals) if totals[line]}


@dataclass(frozen=True, slots=True)
class DecisionsDigest:
    """The decisions that opened the engagements of a month."""

    count: int
    sha256: str
    """Over their ids, sorted, each with a line feed behind it."""


def decisions_digest(cycles: Iterable[Cycle], month: str, zone: tzinfo) -> DecisionsDigest:
    ids = sorted(cycle.decision_id for cycle in cycles if month_of(cycle.activated_at, zone) == month)
    return DecisionsDigest(len(ids), sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is learned later about a line of a closed month."""

    month: str
    line: Line
    before: int
    after: int
    cause: str
    record_ids: tuple[str, ...]
    """Those that changed; none where the cause concerns none in particular."""


CauseOf = Callable[[SourceRecord], str]
"""Why a record is another one than before."""


def adjustments(
    brought_forward: TotalsByMonth,
    before: Iterable[Posting],
    after: Iterable[Posting],
    cause_of: CauseOf,
    remaining_cause: str,
) -> list[Adjustment]:
    """What takes closed months from how they stood to how they stand. `before` and `after`: what was known, and what is
    known now. What the difference of the two does not explain has the remaining cause."""
    now = totals_by_month(after := list(after), brought_forward)
    changes = _changes(before, after, brought_forward)
    found = []
    for month, total_before in sorted(brought_forward.items()):
        for line in sorted({*total_before, *now[month], *(one for at, one in changes if at == month)}):
            explained = _by_cause(changes.get((month, line), ()), cause_of)
            total = now[month].get(line, 0) - total_before.get(line, 0)
            rest = total - sum(change for change, _ in explained.values())
            if rest:
                change, records = explained.get(remaining_cause, (0, []))
                explained[remaining_cause] = (change + rest, records)
            found += _adjustments_of_line(month, line, total_before.get(line, 0), explained)
    return found


_Changes = Mapping[tuple[str, Line], Sequence[tuple[SourceRecord, int]]]


def _changes(before: Iterable[Posting], after: Iterable[Posting], months: Iterable[str]) -> _Changes:
    """By month and line, the records that count otherwise than before, and by how much."""
    wanted = set(months)
    differences: Counter[tuple[str, Line, str]] = Counter()
    records: dict[str, SourceRecord] = {}
    for sign, posted in ((-1, before), (1, after)):
        for posting in posted:
            if posting.month in wanted:
                differences[posting.month, posting.line, posting.record.record_id] += sign * posting.units
                known = records.get(posting.record.record_id)
                records[posting.record.record_id] = _joined(known, posting.record)
    changes: dict[tuple[str, Line], list[tuple[SourceRecord, int]]] = defaultdict(list)
    for (month, line, record_id), change in sorted(differences.items()):
        if change:
            changes[month, line].append((records[record_id], change))
    return changes


def _joined(known: SourceRecord | None, record: SourceRecord) -> SourceRecord:
    """A record concerns what it did before and what it does now."""
    if known is None or known == record:
        return record
    return SourceRecord(record.record_id, tuple(dict.fromkeys((*known.concerns, *record.concerns))))


def _by_cause(changed: Iterable[tuple[SourceRecord, int]], cause_of: CauseOf) -> dict[str, tuple[int, list[str]]]:
    found: dict[str, tuple[int, list[str]]] = {}
    for record, change in changed:
        cause = cause_of(record)
        total, ids = found.get(cause, (0, []))
        found[cause] = (total + change, [*ids, record.record_id])
    return found


def _adjustments_of_line(
    month: str, line: Line, standing: int, explained: Mapping[str, tuple[int, list[str]]]
) -> list[Adjustment]:
    found = []
    for cause, (change, ids) in sorted(explained.items()):
        if change:
            found.append(Adjustment(month, line, standing, standing + change, cause, tuple(ids)))
            standing += change
    return found


def with_adjustments(brought_forward: TotalsByMonth, found: Iterable[Adjustment]) -> dict[str, dict[Line, int]]:
    """The totals with their adjustments: what a recount gives."""
    standing = {month: Counter(totals) for month, totals in brought_forward.items()}
    for one in found:
        standing[one.month][one.line] += one.after - one.before
    return {month: without_zeros(totals) for month, totals in standing.items()}


@dataclass(frozen=True, slots=True)
class KnownHistory:
    """What was known when a month was closed."""

    events: int
    sha256: str
    """Over the lines of the history, each with a line feed behind it."""


@dataclass(frozen=True, slots=True)
class StoredState:
    """What a stack had stored when it closed a month."""

    at: datetime
    records: int
    """Records that the closed months are counted from."""
    sha256: str
    """Over what each of them counts as: see `digest_of_records`."""


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """Settings that were in force from the first instant of the month up to its closing."""

    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PreviousStatement:
    """The statement before."""

    month: str
    sha256: str
    """Of its bytes."""
    known: KnownHistory | StoredState
    settings_sha256: str
    closed: TotalsByMonth
    """The months that were closed with it and before, as they stood with its adjustments."""
    settings_version: int = 1


@dataclass(frozen=True, slots=True)
class Statement:
    month: str
    since: datetime
    until: datetime
    time_zone: str
    known: KnownHistory | StoredState
    settings: tuple[SettingsInForce, ...]
    """The last are those by which it is counted."""
    decisions: DecisionsDigest
    totals: MonthTotals
    previous: PreviousStatement | None = None
    adjustments: tuple[Adjustment, ...] = ()


def digest_of(document: Mapping[str, Any]) -> str:
    """Of a settings document, whatever the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ClosedRecord:
    """A record as it counted when a month was closed, for the next closing to compare with. It names no person."""

    record_id: str
    parts: tuple[tuple[str, Line, int], ...]
    """Month, line and units."""
    causes: frozenset[Cause] = frozenset()
    """What was known about it."""

    def postings(self) -> Iterable[Posting]:
        record = SourceRecord(self.record_id)
        return (Posting(month, line, units, record) for month, line, units in self.parts)


def closed_records(posted: Iterable[Posting], months: Iterable[str]) -> dict[str, ClosedRecord]:
    """Of each record that counts in one of the months, by its id: a record's parts of one line are one."""
    wanted = set(months)
    parts: dict[str, Counter[tuple[str, Line]]] = defaultdict(Counter)
    for one in posted:
        if one.month in wanted:
            parts[one.record.record_id][one.month, one.line] += one.units
    return {
        record_id: ClosedRecord(
            record_id, tuple((month, line, units) for (month, line), units in sorted(found.items()))
        )
        for record_id, found in sorted(parts.items())
    }


def digest_of_records(kept: Iterable[ClosedRecord]) -> str:
    """Over a line for each part of each record, in the order of their ids: month, measure, name, campaign, currency,
    units and the record's id as a JSON array, each with a line feed behind it."""
    found = sha256()
    for one in kept:
        for month, line, units in one.parts:
            part = json.dumps([month, *line, units, one.record_id], separators=(",", ":"), ensure_ascii=False)
            found.update(part.encode(errors="surrogatepass") + b"\n")
    return found.hexdigest()
