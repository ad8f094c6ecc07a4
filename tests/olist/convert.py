"""The Olist marketing funnel (8,000 leads of a marketplace, 842 closed deals, real dates) as a history.

    python -m tests.olist.convert /tmp/olist.jsonl --data ../shared/data/csv/olist
    make run HISTORY=/tmp/olist.jsonl SETTINGS=/tmp/olist.30-days.yaml ONCE=1

Beside the history it writes the settings for each look-back.

A person is a lead, the campaign its origin, the response its first contact at 00:00 UTC of that day, and a closed
deal a score that crosses 60 at the instant it was won. Leads without an origin belong to the campaign `blank`; those
whose origin is unknown to the campaign `unknown`.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[3] / "shared" / "data" / "csv" / "olist"
LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"

LOOKBACKS = (30, 90, 365)
DEFAULT_CAMPAIGN = "web-activity"
BLANK = "blank"
WINNING_SCORE = 60


@dataclass(frozen=True)
class Lead:
    lead_id: str
    origin: str
    contacted_at: datetime


@dataclass(frozen=True)
class Deal:
    lead_id: str
    won_at: datetime


def is_there(data: Path = DATA) -> bool:
    return (data / LEADS).exists() and (data / DEALS).exists()


def leads(data: Path = DATA) -> list[Lead]:
    return [
        Lead(
            row["mql_id"],
            row["origin"].strip() or BLANK,
            datetime.fromisoformat(row["first_contact_date"]).replace(tzinfo=UTC),
        )
        for row in _rows(data / LEADS)
    ]


def deals(data: Path = DATA) -> list[Deal]:
    """Their dates are written as 2/26/2018 19:58."""
    return [
        Deal(row["mql_id"], datetime.strptime(row["won_date"], "%m/%d/%Y %H:%M").replace(tzinfo=UTC))
        for row in _rows(data / DEALS)
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def history(data: Path = DATA) -> list[dict[str, Any]]:
    """The events in the order of their time, campaigns first."""
    known, won = leads(data), deals(data)
    begin = min(lead.contacted_at for lead in known)
    events = [
        _event("Campaign Changed", begin, campaign_id=campaign, name=campaign)
        for campaign in sorted({lead.origin for lead in known} | {DEFAULT_CAMPAIGN})
    ]
    told = [
        _event(
            "Response Recorded",
            lead.contacted_at,
            response_id=f"first-contact-{lead.lead_id}",
            person_id=lead.lead_id,
            campaign_id=lead.origin,
            responded=True,
        )
        for lead in known
    ]
    told += [_event("Person Changed", deal.won_at, person_id=deal.lead_id, score=WINNING_SCORE) for deal in won]
    return events + sorted(told, key=lambda event: event["time"])


def _event(kind: str, at: datetime, **detail: Any) -> dict[str, Any]:
    return {"source": "olist", "detail-type": kind, "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "detail": detail}


def settings(lookback_days: int) -> dict[str, Any]:
    return {
        "qualification": {"threshold": WINNING_SCORE},
        "person_statuses": {
            "New": {"active": False},
            "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
        },
        "reactivation": {"score": {"lookback_days": lookback_days, "default_campaign": {"single": DEFAULT_CAMPAIGN}}},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.olist.convert", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="where to write the history, such as olist.jsonl")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with Olist's files")
    parsed = parser.parse_args(arguments)
    if not is_there(parsed.data):
        parser.error(f"{parsed.data} does not hold {LEADS} and {DEALS}")
    events = history(parsed.data)
    parsed.out.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    print(f"{parsed.out}: {len(events):,} events")
    for days in LOOKBACKS:
        beside = parsed.out.with_suffix(f".{days}-days.yaml")
        # JSON is YAML too.
        beside.write_text(json.dumps(settings(days), indent=2) + "\n", encoding="utf-8")
        print(beside)


if __name__ == "__main__":
    main()
