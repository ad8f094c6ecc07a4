"""`rekindle simulate` over a history as an archive of the bus holds it, beside reading the same file with the standard
library's json: whole processes, each with the start of its interpreter.

    EVENTS=1000000 python -m tests.benchmarks.simulate      (make bench-simulate EVENTS=1000000)

plays so many events of the same 10,000 people, once.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from tests.benchmarks.sampling import Spread, in_turn, ratios

SETTINGS = """\
person_statuses:
  New: {active: false}
  Open - Not Contacted: {active: true, response_status: Open - Not Contacted}
  Nurture: {active: false, kind: nurture, response_status: Nurture, nurture_timeout_days: 3}
reactivation:
  score: {lookback_days: 10, default_campaign: {single: "7015g00000C0000AA0"}}
"""
PEOPLE = 10_000
EVENTS_A_PERSON = 20
"""Where the number of people is not given."""
CAMPAIGNS = 20
PARSE = "import json, sys\nwith open(sys.argv[1], 'rb') as file:\n    for line in file: json.loads(line)"
SIMULATE = "import sys\nfrom rekindle.cli.main import main\nsys.exit(main(sys.argv[1:]))"


@dataclass(frozen=True)
class Simulated:
    ratio: Spread
    events_a_second: Spread
    peak_mb: float
    seconds: float
    """By the clock, the longest run."""


def measured(events: int, pairs: int, people: int | None = None) -> Simulated:
    with _files(events, people or max(10, events // EVENTS_A_PERSON)) as (history, settings):
        peaks: list[float] = []
        clocked: list[float] = []

        def simulate(_: int) -> float:
            started = time.monotonic()
            seconds, megabytes = _run(SIMULATE, "simulate", "--settings", str(settings), str(history))
            clocked.append(time.monotonic() - started)
            peaks.append(megabytes)
            return seconds

        simulated, parsed = in_turn(pairs, simulate, lambda _: _run(PARSE, str(history))[0])
    rate = Spread.of(events / seconds for seconds in simulated)
    return Simulated(ratios(simulated, parsed), rate, max(peaks), max(clocked))


def _run(program: str, *arguments: str) -> tuple[float, float]:
    """Seconds of CPU, and the most memory in MB."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"status {process.returncode}: {' '.join(arguments)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


@contextmanager
def _files(events: int, people: int) -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as scratch:
        history, settings = Path(scratch) / "history.jsonl", Path(scratch) / "settings.yaml"
        settings.write_text(SETTINGS, encoding="utf-8")
        with history.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in told(events, people))
        yield history, settings


def told(events: int, people: int) -> Iterator[dict[str, Any]]:
    """Of the events 65 % are changes of a score, 25 % responses and 10 % changes of a status; the same on every run."""
    random = Random(3)
    at = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(CAMPAIGNS):
        yield _event(random, at, "Campaign Changed", campaign_id=_campaign(number), name=f"Campaign {number}")
    for number in range(events):
        at += timedelta(seconds=random.randint(1, 60))
        person_id = f"00Q5g000{random.randrange(people):07d}AAA"
        kind = random.random()
        if kind < 0.65:
            yield _event(random, at, "Person Changed", person_id=person_id, score=random.randint(0, 80))
        elif kind < 0.90:
            yield _event(
                random,
                at,
                "Response Recorded",
                response_id=f"00v5g000{number:07d}AAA",
                person_id=person_id,
                campaign_id=_campaign(random.randrange(CAMPAIGNS)),
                responded=random.random() < 0.7,
                member_status="Responded",
            )
        else:
            status = random.choice(["New", "Open - Not Contacted", "Nurture"])
            email = f"{person_id}@example.com"
            yield _event(random, at, "Person Changed", person_id=person_id, status=status, email=email)


def _campaign(number: int) -> str:
    return f"7015g00000C{number:04d}AA0"


def _event(random: Random, at: datetime, detail_type: str, **detail: Any) -> dict[str, Any]:
    """In the whole envelope of EventBridge."""
    return {
        "version": "0",
        "id": str(UUID(int=random.getrandbits(128), version=4)),
        "detail-type": detail_type,
        "source": "acme.crm",
        "account": "123456789012",
        "time": at.isoformat().replace("+00:00", "Z"),
        "region": "eu-north-1",
        "resources": [],
        "detail": detail,
    }


if __name__ == "__main__":
    count = int(os.environ.get("EVENTS") or 200_000)
    found = measured(count, 1, PEOPLE)
    print(f"{count:,} events of {PEOPLE:,} people: {found.seconds:,.0f} s by the clock")
    print(f"{found.events_a_second.median:,.0f} events for each second of CPU, {found.peak_mb:,.0f} MB at the peak")
    print(f"{found.ratio.median:.1f} times the CPU of reading the same file with json")
