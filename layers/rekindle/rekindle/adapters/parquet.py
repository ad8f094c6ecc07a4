"""Tables for analysis as Parquet files, in a folder for each day: `TABLE/day=2026-03-01/part-0.parquet`.

The deployed stack writes the same tables into a bucket, so a query runs on both. pyarrow is no part of the layers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

type Row = Mapping[str, Any]
type Columns = Mapping[str, str]
"""Name -> type: `string`, `bool`, `int`, `double`, `date`, `timestamp` (UTC, in milliseconds)."""

BUS_EVENTS: Columns = {
    **{"event_id": "string", "occurred_at": "string", "person_id": "string"},
    **{"settings_version": "int", "schema_version": "int"},
    **{"campaign_id": "string", "response_id": "string", "decision_id": "string", "opportunity_id": "string"},
    **{"scenario": "string", "outcome": "string", "reason": "string", "cycle": "int", "score": "double"},
    **{"status": "string", "stage": "string", "reached_at": "string", "amount": "double", "currency": "string"},
    **{"owner_id": "string", "first_owner_id": "string", "user_id": "string", "system_delay_seconds": "double"},
    **{"policy": "string", "track": "string", "programme": "string", "name": "string"},
    **{"passed_at": "string", "due_at": "string", "entered_at": "string", "targeted_at": "string"},
    **{"refinement_campaign_id": "string", "merged_id": "string", "period": "string"},
}
"""What is kept of the detail of an event, with the names and times that it has on the bus."""
_AT = "timestamp"
TABLES: Mapping[str, Columns] = {
    "fct_decision": {
        **{"decision_id": "string", "person_id": "string", "scenario": "string", "outcome": "string"},
        **{"reason": "string", "response_id": "string", "campaign_id": "string", "cycle": "int"},
        **{"decided_at": _AT, "settings_version": "int"},
    },
    "dim_person": {
        **{"person_id": "string", "kind": "string", "status": "string", "score": "double", "owner_id": "string"},
        **{"account_id": "string", "record_type": "string", "lifecycle_state": "string", "lifecycle_since_at": _AT},
        **{"active_response_id": "string", "active_campaign_id": "string", "cycles": "int", "recyclings": "int"},
        **{"nurture_until_at": _AT, "is_do_not_contact": "bool", "is_deleted": "bool", "merged_into_id": "string"},
    },
    "dim_campaign": {
        **{"campaign_id": "string", "name": "string", "type": "string", "status": "string", "is_active": "bool"},
        **{"starts_on": "date", "ends_on": "date", "cost": "double", "is_deleted": "bool"},
    },
    "fct_response": {
        **{"response_id": "string", "person_id": "string", "campaign_id": "string", "is_responded": "bool"},
        **{"responded_at": _AT, "received_at": _AT, "response_status": "string", "member_status": "string"},
        **{"channel": "string", "response_type": "string", "is_positive": "bool", "is_inserted": "bool"},
        **{"is_dark": "bool", "activated_at": _AT, "reactivated_at": _AT, "is_deleted": "bool"},
    },
    "fct_opportunity": {
        **{"opportunity_id": "string", "account_id": "string", "stage": "string", "is_closed": "bool"},
        **{"is_won": "bool", "amount": "double", "currency": "string", "created_at": _AT, "closed_at": _AT},
        **{"product": "string", "response_id": "string", "is_deleted": "bool"},
    },
    "fct_cycle": {
        **{"decision_id": "string", "person_id": "string", "cycle": "int", "response_id": "string"},
        **{"campaign_id": "string", "campaign_type": "string", "mql_at": _AT, "sal_at": _AT, "sql_at": _AT},
        **{"won_at": _AT, "first_owner_id": "string", "assigned_at": _AT, "worked_at": _AT},
        **{"ended_reason": "string", "ended_at": _AT, "opportunity_id": "string", "amount": "double"},
        **{"currency": "string", "is_inserted": "bool"},
    },
    "fct_credit": {
        **{"model": "string", "opportunity_id": "string", "campaign_id": "string", "response_id": "string"},
        **{"won_at": _AT, "points": "double", "units": "int", "amount": "double", "currency": "string"},
    },
}
"""Of each table its columns. Those of states hold everything once for each day on which they were written."""
EVENTS = "bus_events"
_MOST_ROWS = 200_000
"""Rows that wait in memory."""


class NoParquet(Exception):
    """pyarrow is not installed."""


class ParquetFolder:
    """Raises NoParquet."""

    def __init__(self, into: Path) -> None:
        try:
            pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ImportError:
            raise NoParquet("Parquet files need pyarrow: pip install 'rekindle[analysis]'") from None
        self._arrow, self._parquet, self.into = pyarrow, parquet, into
        types = {"int": pyarrow.int64(), "bool": pyarrow.bool_(), "double": pyarrow.float64()}
        types |= {"string": pyarrow.string(), "date": pyarrow.date32(), _AT: pyarrow.timestamp("ms", tz="UTC")}

        def fields(columns: Columns) -> list[Any]:
            return [(name, types[kind]) for name, kind in columns.items()]

        self._schemas = {name: pyarrow.schema(fields(columns)) for name, columns in TABLES.items()}
        of_bus = {"id": "string", "source": "string", "detail_type": "string", "time": "string"}
        self._schemas[EVENTS] = pyarrow.schema([*fields(of_bus), ("detail", pyarrow.struct(fields(BUS_EVENTS)))])
        self._waiting: dict[tuple[str, str], list[Row]] = {}
        self._count = 0
        self._parts: Counter[tuple[str, str]] = Counter()
        self.rows: Counter[str] = Counter()

    def add(self, table: str, day: str, row: Row) -> None:
        self._waiting.setdefault((table, day), []).append(row)
        self._count += 1
        if self._count >= _MOST_ROWS:
            self.flush()

    def put(self, table: str, day: str, rows: Iterable[Row]) -> None:
        for row in rows:
            self.add(table, day, row)

    def flush(self) -> None:
        for (table, day), rows in self._waiting.items():
            folder = self.into / table / f"day={day}"
            folder.mkdir(parents=True, exist_ok=True)
            content = self._arrow.Table.from_pylist(rows, schema=self._schemas[table])
            path = folder / f"part-{self._parts[table, day]}.parquet"
            self._parquet.write_table(content, path, compression="snappy")
            self._parts[table, day] += 1
            self.rows[table] += len(rows)
        self._waiting, self._count = {}, 0
