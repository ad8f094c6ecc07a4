"""Hand-over logs as input: each case ends assigned once, timed out, or cancelled, and the counts are those of an
independent one, put to sqlite over the log itself."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rekindle.domain.settings.settings import duration
from tests.handover.convert import Columns, Row, history, rows
from tests.handover.table import DEADLINES, Played, main, played

LOGS = Path(__file__).parents[3] / "shared" / "data" / "logs"
REAL = {
    "receipt.csv": Columns(case="case:concept:name"),
    "helpdesk.xes.gz": Columns(),
    "07_bpic2013_incidents.xes.gz": Columns(),
}
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

COUNT = """
WITH ordered AS (SELECT *, row_number() OVER (PARTITION BY id ORDER BY at, n) AS place FROM log),
     begun AS (SELECT id, at, owner FROM ordered WHERE place = 1),
     ended AS (SELECT id, max(at) + 1 AS at FROM log GROUP BY id),
     answers AS (SELECT o.id, o.at, o.owner, row_number() OVER (PARTITION BY o.id ORDER BY o.at, o.n) AS place
                 FROM ordered o JOIN begun b ON b.id = o.id
                 WHERE o.owner IS NOT NULL AND o.owner IS NOT b.owner),
     late AS (SELECT o.id, o.owner, row_number() OVER (PARTITION BY o.id ORDER BY o.at, o.n) AS place
              FROM ordered o JOIN begun b ON b.id = o.id WHERE o.owner IS NOT NULL AND o.at >= b.at + :wait)
SELECT begun.id,
       CASE WHEN answers.at < begun.at + :wait THEN 'assigned'
            WHEN begun.at + :wait <= ended.at THEN 'timed_out' ELSE 'cancelled' END,
       CASE WHEN answers.at < begun.at + :wait THEN answers.owner END,
       CASE WHEN answers.at < begun.at + :wait THEN answers.at - begun.at END,
       late.owner
FROM begun JOIN ended ON ended.id = begun.id
LEFT JOIN answers ON answers.id = begun.id AND answers.place = 1
LEFT JOIN late ON late.id = begun.id AND late.place = 1
"""
"""For each case: how it ends, its first owner, after how many milliseconds, and who answered late."""


def counted_in_sql(log: Iterable[Row], deadline: str) -> dict[str, tuple[Any, ...]]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE log (id, at INTEGER, n INTEGER, owner)")
    told = ((row.case, (row.at - BEGINNING) // timedelta(milliseconds=1), row.number, row.owner) for row in log)
    database.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", told)
    found = {
        case: (state, first, delay, late if state == "timed_out" else None)
        for case, state, first, delay, late in database.execute(
            COUNT, {"wait": duration(deadline) // timedelta(milliseconds=1)}
        )
    }
    database.close()
    return found


def as_counted(found: Played) -> dict[str, tuple[Any, ...]]:
    told: dict[str, tuple[Any, ...]] = {}
    for person_id, held in found.assignments:
        assigned = held.state == "assigned"
        delay = held.system_delay // timedelta(milliseconds=1) if assigned and held.system_delay is not None else None
        first = held.first_owner_id if assigned else None
        assert person_id not in told, "one assignment for each case"
        told[person_id] = (held.state.value, first, delay, held.late_owner_id)
    return told


def a_log(seed: int, cases: int = 300) -> Iterator[Row]:
    """With everything that logs have: rows of one instant, no owner, the same owner again, back to the first."""
    chance = random.Random(seed)
    number = 0
    for case in range(cases):
        at = BEGINNING + timedelta(minutes=chance.randrange(10_000))
        for _ in range(chance.randrange(1, 9)):
            owner = chance.choice([None, "ann", "ann", "bob", "cem", "dee"])
            yield Row(f"case-{case}", at, number, owner)
            number += 1
            at += timedelta(minutes=chance.choice([0, 0, 1, 5, 30, 59, 60, 61, 600, 6000]))


@pytest.mark.parametrize("deadline", DEADLINES)
@pytest.mark.parametrize("seed", range(3))
def test_each_case_ends_as_an_independent_count_says(seed: int, deadline: str) -> None:
    log = list(a_log(seed))
    found = played(history(log), deadline)
    counted = counted_in_sql(log, deadline)
    assert as_counted(found) == counted
    assert set(found.states) <= {"assigned", "timed_out", "cancelled"}
    assert found.states == Counter(state for state, *_ in counted.values())


def test_each_event_told_twice_ends_the_same() -> None:
    events = history(a_log(0))
    twice = [event for event in events for _ in range(2)]
    assert played(twice, "P1D") == played(events, "P1D")


def test_the_made_up_logs_end_in_every_way() -> None:
    found = played(history(a_log(0)), "P1D")
    assert set(found.states) == {"assigned", "timed_out", "cancelled"}


def test_a_csv_and_its_columns_are_read_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.csv"
    lines = ["ticket,when,who", "1,2026-01-01T10:00:00+01:00,ann", "1,2026-01-01T09:30:00Z,bob", "2,2026-01-01,"]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert rows(path, Columns("ticket", "who", "when")) == [
        Row("1", datetime(2026, 1, 1, 9, tzinfo=UTC), 0, "ann"),
        Row("1", datetime(2026, 1, 1, 9, 30, tzinfo=UTC), 1, "bob"),
        Row("2", datetime(2026, 1, 1, tzinfo=UTC), 2, None),
    ]
    arguments = ["--data", str(path), "--case", "ticket", "--time", "when"]
    assert main([*arguments, "--owner", "who"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["PT1H", "1", "0", "1", "0:30:00"]
    assert main(arguments) == 2
    assert "has no column org:resource" in capsys.readouterr().err


def test_xes_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(
        '<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="1"/>'
        '<event><string key="org:resource" value="ann"/>'
        '<date key="time:timestamp" value="2026-01-01T09:00:00Z"/></event>'
        '<event><date key="time:timestamp" value="2026-01-01T09:30:00Z"/></event></trace></log>',
        encoding="utf-8",
    )
    assert [(row.case, row.owner) for row in rows(path, Columns())] == [("1", "ann"), ("1", None)]


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("deadline", ["PT1H", "P7D"])
def test_each_case_of_a_real_log_ends_as_an_independent_count_says(name: str, deadline: str) -> None:
    if not (LOGS / name).exists():
        pytest.skip(f"the event log {name} is not at {LOGS} (it is not part of the project)")
    log = rows(LOGS / name, REAL[name])
    found = played(history(log), deadline)
    assert as_counted(found) == counted_in_sql(log, deadline)
    assert found.states.total() == len({row.case for row in log})
