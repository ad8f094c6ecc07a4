"""What is counted by month, in DynamoDB: the shares of won deals and the engagement cycles, as they were counted last.

Of each there is an item of the reference data that names the months, and for each month one item, or more where a month
has more than an item holds.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ReferenceItem, compact
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import ORDER
from rekindle.domain.measures.counted_cycles import CountedCycle, CountedCycles
from rekindle.domain.measures.recycling import RecycledDay
from rekindle.domain.measures.shared_days import CountedShares, SharedDay

_MOST = 350_000
"""Characters of rows in one item. DynamoDB takes 400 KB."""

_SHARES, _CYCLES, _RECYCLED = "shares", "cycles", "recycled"
_Rows = Sequence[Sequence[Any]]


class DynamoDBStoredShares:
    def put(self, counted: CountedShares) -> None:
        months = {month: list(days) for month, days in groupby(counted.days, key=lambda one: one.month)}
        recycled = {month: list(days) for month, days in groupby(counted.recycled, key=lambda one: one.month)}
        _put(_RECYCLED, recycled, {}, counted.counted_at)
        body = {"models": list(counted.models), "settings_version": counted.settings_version}
        _put(_SHARES, months, body, counted.counted_at)

    def get(self, months: Sequence[str]) -> CountedShares | None:
        found = _get(_SHARES, months)
        if found is None:
            return None
        summary, stored = found
        body = summary.body
        days = [SharedDay(*row) for rows in stored.values() for row in rows]
        _, of_recycled = _get(_RECYCLED, months) or (None, {})
        recycled = [RecycledDay(*row) for rows in of_recycled.values() for row in rows]
        counted_at, version = times.instant(summary.changed_at), int(body["settings_version"])
        return CountedShares(days, tuple(body["models"]), counted_at, version, recycled)


class DynamoDBStoredCycles:
    def put(self, counted: CountedCycles) -> None:
        months = {month: [_row(cycle) for cycle in cycles] for month, cycles in counted.months.items()}
        body = {"time_zone": counted.time_zone, "settings_version": counted.settings_version}
        _put(_CYCLES, months, body, counted.counted_at)

    def get(self, months: Sequence[str]) -> CountedCycles | None:
        found = _get(_CYCLES, months)
        if found is None:
            return None
        summary, stored = found
        cycles = {month: [_cycle(row) for row in rows] for month, rows in stored.items()}
        body = summary.body
        return CountedCycles(
            cycles, body["time_zone"], times.instant(summary.changed_at), int(body["settings_version"])
        )


def _row(cycle: CountedCycle) -> Sequence[Any]:
    """Its columns; the stages as milliseconds, in their order: a later one is there only with all before it."""
    stages = [times.millis(cycle.stages[stage]) for stage in ORDER if stage in cycle.stages]
    delays = _millis(cycle.system_delay), _millis(cycle.human_delay)
    return cycle.campaign_id, cycle.campaign_type, cycle.owner_id, stages, *delays


def _cycle(row: Sequence[Any]) -> CountedCycle:
    campaign_id, campaign_type, owner_id, stages, system_delay, human_delay = row
    dates = {stage: times.of_millis(at) for stage, at in zip(ORDER, stages, strict=False)}
    return CountedCycle(campaign_id, campaign_type, owner_id, dates, _delay(system_delay), _delay(human_delay))


def _millis(delay: timedelta | None) -> int | None:
    return None if delay is None else delay // timedelta(milliseconds=1)


def _delay(millis: int | None) -> timedelta | None:
    return None if millis is None else timedelta(milliseconds=millis)


def _put(name: str, months: Mapping[str, _Rows], body: Mapping[str, Any], counted_at: datetime) -> None:
    at = times.text(counted_at)
    items = {}
    # The months first: whoever reads in between sees those that were named before, as they are now.
    for month, rows in months.items():
        packs = list(_packs(rows))
        items[month] = len(packs)
        for number, packed in enumerate(packs, 1):
            _save(ReferenceItem(f"{name}#{month}", number, changed_at=at, body={"rows": packed}))
    _save(ReferenceItem(name, 1, changed_at=at, body={**body, "items": items}))


def _get(name: str, months: Sequence[str]) -> tuple[ReferenceItem, Mapping[str, _Rows]] | None:
    """The item that names the months, and the rows of those that are wanted."""
    summary = next(_items(name, 1), None)
    if summary is None:
        return None
    items = summary.body["items"]
    rows = {
        month: [row for item in _items(f"{name}#{month}", items[month]) for row in _unpacked(item.body["rows"])]
        for month in months
        if month in items
    }
    return summary, rows


def _save(item: ReferenceItem) -> None:
    with our_errors():
        item.save()


def _items(record: str, most: int) -> Iterator[ReferenceItem]:
    """Up to a number: a month that had more items once still has those that are no longer named."""
    with our_errors():
        # As every function reads reference data: by a query.
        yield from ReferenceItem.query(record, ReferenceItem.version <= most, consistent_read=True)


def _packs(rows: _Rows) -> Iterator[str]:
    packed = b64encode(zlib.compress(compact(list(rows)).encode(), 9)).decode()
    if len(packed) <= _MOST or len(rows) == 1:
        yield packed
        return
    half = len(rows) // 2
    yield from _packs(rows[:half])
    yield from _packs(rows[half:])


def _unpacked(packed: str) -> Iterable[Sequence[Any]]:
    found: list[Sequence[Any]] = json.loads(zlib.decompress(b64decode(packed)))
    return found
