"""A CRM of 8,800 opportunities (Maven Analytics' CRM sales opportunities, fictitious) as a history.

A person is an opportunity's one contact, its campaign a column of the opportunity (its product, its account's sector,
its agent), the response on the day it was engaged. Opportunities that were never engaged are left out.
"""

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[3] / "shared" / "data" / "csv" / "maven_crm"
PIPELINE, ACCOUNTS = "sales_pipeline.csv", "accounts.csv"
COLUMNS = ("product", "sector", "sales_agent")
NONE = "none"
"""The campaign of opportunities without an account."""

SETTINGS: dict[str, Any] = {
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
    },
}


def is_there(data: Path = DATA) -> bool:
    return (data / PIPELINE).exists() and (data / ACCOUNTS).exists()


def opportunities(data: Path = DATA) -> list[dict[str, str]]:
    sectors = {row["account"]: row["sector"] for row in _rows(data / ACCOUNTS)}
    found = [row for row in _rows(data / PIPELINE) if row["engage_date"]]
    return [{**row, "sector": sectors.get(row["account"]) or NONE} for row in found]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def history(column: str, data: Path = DATA) -> list[dict[str, Any]]:
    """The events in the order of their time."""
    rows = opportunities(data)
    names = sorted({row[column] for row in rows})
    events = [_event("2016-01-01T00:00:00Z", "Campaign Changed", campaign_id=name, cost=1000) for name in names]
    for row in rows:
        opportunity_id, day = row["opportunity_id"], row["engage_date"]
        person_id = f"p-{opportunity_id}"
        response = {"response_id": f"r-{opportunity_id}", "person_id": person_id, "campaign_id": row[column]}
        told = {"opportunity_id": opportunity_id, "person_ids": [person_id], "stage": row["deal_stage"]}
        events += [
            _event(f"{day}T08:00:00Z", "Response Recorded", **response, responded=True),
            _event(f"{day}T09:00:00Z", "Person Changed", person_id=person_id, score=70, owner_id=row["sales_agent"]),
            _event(f"{day}T10:00:00Z", "Opportunity Changed", **told, currency="USD"),
        ]
        if row["close_date"]:
            closed = {"is_closed": True, "is_won": row["deal_stage"] == "Won", "amount": float(row["close_value"])}
            events.append(_event(f"{row['close_date']}T12:00:00Z", "Opportunity Changed", **told, **closed))
    return sorted(events, key=lambda event: event["time"])


def _event(at: str, kind: str, **detail: Any) -> dict[str, Any]:
    return {"source": "maven", "detail-type": kind, "time": at, "detail": detail}


def counted_in_sql(column: str, data: Path = DATA) -> dict[str, tuple[int, int, float]]:
    """Of each campaign, the opportunities, those that were won, and what they brought."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE deal (campaign, stage, value)")
    for row in opportunities(data):
        database.execute("INSERT INTO deal VALUES (?, ?, ?)", (row[column], row["deal_stage"], row["close_value"]))
    found = database.execute(
        "SELECT campaign, count(*), sum(stage = 'Won'), sum(CASE stage WHEN 'Won' THEN CAST(value AS REAL) ELSE 0 END) "
        "FROM deal GROUP BY 1"
    ).fetchall()
    database.close()
    return {campaign: (deals, won, brought) for campaign, deals, won, brought in found}
