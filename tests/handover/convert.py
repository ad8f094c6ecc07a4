"""Any event log with an owner column, as a history: each case is a lead that waits for an owner.

A log is a CSV with a header, or XES, plain or gzip. The lead becomes active with the first row of its case, and is
taken from that row's owner; each row tells who has the lead; after the last one the lead is closed.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

TEMPORARY, FALLBACK = "waiting-room", "duty-manager"
CAMPAIGN = "hand-over"
MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Columns:
    """What the log calls them; of XES, the name of the trace's attribute and of the events' ones."""

    case: str = "concept:name"
    owner: str = "org:resource"
    time: str = "time:timestamp"


@dataclass(frozen=True)
class Row:
    case: str
    at: datetime
    number: int
    """Its place in the log, for rows of one instant."""
    owner: str | None


def rows(path: Path, columns: Columns) -> list[Row]:
    """In the order of the log. Raises ValueError where a column is missing."""
    with _opened(path) as file:
        read = _of_xes(file, columns) if ".xes" in path.suffixes else _of_csv(path, file, columns)
        return [
            Row(case, _instant(at), number, (owner or "").strip() or None)
            for number, (case, at, owner) in enumerate(read)
        ]


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _of_csv(path: Path, file: IO[bytes], columns: Columns) -> Iterator[tuple[str, str, str | None]]:
    table = csv.DictReader(line.decode() for line in file)
    missing = {columns.case, columns.owner, columns.time} - set(table.fieldnames or ())
    if missing:
        raise ValueError(f"{path} has no column {', '.join(sorted(missing))}")
    for row in table:
        yield row[columns.case], row[columns.time], row[columns.owner]


def _of_xes(file: IO[bytes], columns: Columns) -> Iterator[tuple[str, str, str | None]]:
    for _, trace in ElementTree.iterparse(file):  # noqa: S314  (a log of one's own)
        if trace.tag.rpartition("}")[2] != "trace":
            continue
        case = _attributes(trace)[columns.case]
        for event in trace:
            if event.tag.rpartition("}")[2] == "event":
                told = _attributes(event)
                yield case, told[columns.time], told.get(columns.owner)
        trace.clear()


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {one.get("key", ""): one.get("value", "") for one in element}


def _instant(text: str) -> datetime:
    """To the millisecond; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def settings(deadline: str) -> dict[str, Any]:
    """`deadline` is an ISO 8601 duration."""
    return {
        "person_statuses": {
            "New": {"active": False},
            "Open": {"active": True, "response_status": "Open - Not Contacted"},
            "Closed": {"active": False},
        },
        "assignment": {"rules": [{"to": TEMPORARY, "deadline": deadline, "fallback": FALLBACK}]},
    }


def history(log: Iterable[Row]) -> list[dict[str, Any]]:
    """In order of time."""
    cases = sorted(log, key=lambda row: (row.case, row.at, row.number))
    events = [event for case, told in groupby(cases, key=lambda row: row.case) for event in _of_case(case, list(told))]
    if not events:
        return []
    events.sort(key=lambda event: (event["time"], event["detail"].get("sequence", 0)))
    return [_event("Campaign Changed", events[0]["time"], campaign_id=CAMPAIGN), *events]


def _of_case(case: str, log: list[Row]) -> Iterator[dict[str, Any]]:
    first, *later = log
    begun = _text(first.at)
    yield _event("Person Changed", begun, person_id=case, sequence=1, status="New", score=100, owner_id=first.owner)
    told = {"response_id": f"response-{case}", "person_id": case, "campaign_id": CAMPAIGN, "responded": True}
    yield _event("Response Recorded", begun, sequence=2, **told)
    for number, row in enumerate(later, start=3):
        yield _event("Person Changed", _text(row.at), person_id=case, sequence=number, owner_id=row.owner)
    closed = _text(log[-1].at + MOMENT)
    yield _event("Person Changed", closed, person_id=case, sequence=len(log) + 2, status="Closed")


def _event(kind: str, at: str, **detail: Any) -> dict[str, Any]:
    return {"source": "log", "detail-type": kind, "time": at, "detail": detail}


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
