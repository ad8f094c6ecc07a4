"""The shares of won deals as they were counted last, in DynamoDB: an item of the reference data for each month, and one
that names the months."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ReferenceItem, compact
from rekindle.domain.core import times
from rekindle.domain.measures.shared_days import CountedShares, SharedDay

_ALL = "shares"
_LAST = 1
"""The version under which each stands: there is no other."""


class DynamoDBStoredShares:
    def put(self, counted: CountedShares) -> None:
        months = {month: list(days) for month, days in groupby(counted.days, key=lambda one: one.month)}
        # The months first: whoever reads in between sees those that were named before, as they are now.
        for month, days in months.items():
            self._save(counted, f"{_ALL}#{month}", {"days": _packed(days)})
        body = {"months": sorted(months), "models": list(counted.models), "settings_version": counted.settings_version}
        self._save(counted, _ALL, body)

    def get(self, months: Sequence[str]) -> CountedShares | None:
        all_of_them = _item(_ALL)
        if all_of_them is None:
            return None
        stored = all_of_them.body
        found = [_item(f"{_ALL}#{month}") for month in months if month in stored["months"]]
        days = [day for item in found if item is not None for day in _unpacked(item.body["days"])]
        return CountedShares(
            days, tuple(stored["models"]), times.instant(all_of_them.changed_at), int(stored["settings_version"])
        )

    def _save(self, counted: CountedShares, record: str, body: dict[str, Any]) -> None:
        with our_errors():
            ReferenceItem(record, _LAST, changed_at=times.text(counted.counted_at), body=body).save()


def _item(record: str) -> ReferenceItem | None:
    with our_errors():
        # As every function reads reference data: by a query.
        return next(iter(ReferenceItem.query(record, limit=1, consistent_read=True)), None)


def _packed(days: Iterable[SharedDay]) -> str:
    """A month may have thousands of lines, much the same: an item holds 400 KB."""
    return b64encode(zlib.compress(compact(list(days)).encode(), 9)).decode()


def _unpacked(stored: str) -> list[SharedDay]:
    return [SharedDay(*one) for one in json.loads(zlib.decompress(b64decode(stored)))]
