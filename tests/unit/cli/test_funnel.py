"""`rekindle funnel`: the tables, the lines, the period, and that it agrees with the credit."""

import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.history import History
from rekindle.cli.main import main
from rekindle.cli.play import decisions_of, settings_of
from rekindle.runtime.simulation.simulator import Simulation

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "events" / "history.jsonl"
DEMO_SETTINGS = ROOT / "events" / "settings.yaml"

SETTINGS = """\
person_statuses:
  New: {active: false}
  Open - Not Contacted: {active: true, response_status: Open - Not Contacted}
  Working: {active: true, response_status: Working}
  Qualified: {active: true, response_status: Qualified - New Opportunity}
  Nurture: {active: false, kind: nurture, response_status: Nurture}
assignment:
  rules: [{owners: [q-in], to: q-routing, deadline: P1D, fallback: u-boss}]
"""


def event(at: str, kind: str, **detail: Any) -> dict[str, Any]:
    return {"source": "crm", "detail-type": kind, "time": f"2026-{at}:00Z", "detail": detail}


def lead(person: str, day: int, campaign: str, owner: str | None, *later: dict[str, Any]) -> list[dict[str, Any]]:
    """A lead that becomes active at midnight of a day of January, and what happens then."""
    return [
        event(f"01-{day:02}T00:00", "Person Changed", person_id=person, status="New", score=70, owner_id=owner),
        event(
            f"01-{day:02}T00:00",
            "Response Recorded",
            response_id=f"r-{person}",
            person_id=person,
            campaign_id=campaign,
            responded=True,
        ),
        *later,
    ]


def told(at: str, person: str, **values: Any) -> dict[str, Any]:
    return event(at, "Person Changed", person_id=person, **values)


HISTORY = [
    event("01-01T00:00", "Campaign Changed", campaign_id="fair", name="Trade fair", type="Event"),
    event("01-01T00:00", "Campaign Changed", campaign_id="web", name="A website with a name that is long", type="Web"),
    event("01-01T00:00", "User Changed", user_id="u1", name="Nina Holm"),
    event("01-01T00:00", "User Changed", user_id="u-boss"),
    event("01-01T00:00", "Queue Changed", queue_id="q-in"),
    event("01-01T00:00", "Queue Changed", queue_id="q-routing", name="Routing"),
    *lead(
        "p1", 2, "fair", "q-in", told("01-02T00:30", "p1", owner_id="u1"), told("01-02T06:30", "p1", status="Working")
    ),
    *lead("p2", 3, "fair", "u1", told("01-05T00:00", "p2", status="Qualified")),
    *lead("p3", 4, "web", None, told("01-30T00:00", "p3", status="Nurture")),
    event("01-06T00:00", "Opportunity Changed", opportunity_id="o2", person_ids=["p2"], amount=900, currency="EUR"),
    event("01-13T00:00", "Opportunity Changed", opportunity_id="o2", is_closed=True, is_won=True),
    told("02-10T00:00", "p1", status="Qualified"),
]

TABLES = """\
basis: cohort, the cycles that began in the period

campaign                        MQL      SAL      SQL      Won
Trade fair                        2        2        2        1
A website with a name th…         1        0        0        0
total                             3        2        2        1

conversion                  MQL>SAL  SAL>SQL  SQL>Won  MQL>Won
Trade fair                   100.0%   100.0%    50.0%    50.0%
A website with a name th…      0.0%        -        -     0.0%
total                         66.7%   100.0%    50.0%    33.3%

days, mean                  MQL>SAL  SAL>SQL  SQL>Won  MQL>Won
Trade fair                      1.1     19.4      8.0     10.0
A website with a name th…         -        -        -        -
total                           1.1     19.4      8.0     10.0

days, median                MQL>SAL  SAL>SQL  SQL>Won  MQL>Won
Trade fair                      1.1     19.4      8.0     10.0
A website with a name th…         -        -        -        -
total                           1.1     19.4      8.0     10.0

delay                            to an owner     to first work
                             median      90%   median      90%
Trade fair                 15.0 min 30.0 min    1.1 d    2.0 d
A website with a name th…         -        -        -        -
total                      15.0 min 30.0 min    1.1 d    2.0 d
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return written(tmp_path / "history.jsonl", *HISTORY)


def written(path: Path, *events: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    return path


def lines(settings: Path, history: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, Any]]:
    assert main(["funnel", "--settings", str(settings), str(history), "--format", "jsonl", *more]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def keys(found: list[dict[str, Any]]) -> list[tuple[str | None, str | None, int]]:
    return [(line["key"], line["name"], line["volumes"]["MQL"]) for line in found]


def test_the_tables_fit_a_terminal(settings, history, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["funnel", "--settings", str(settings), str(history), "--by", "campaign"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (TABLES, "")
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_file_gets_names_whole(settings, history, capsys):
    assert main(["funnel", "--settings", str(settings), str(history), "--by", "campaign"]) == 0
    out = capsys.readouterr().out
    assert "…" in TABLES and "…" not in out


def test_a_line_tells_one_group(settings, history, capsys):
    (line,) = lines(settings, history, capsys, "--from", "2026-01-03", "--to", "2026-01-04T00:00:00Z")
    assert line == {
        "record": "funnel",
        "from": "2026-01-03T00:00:00Z",
        "to": "2026-01-04T00:00:00Z",
        "basis": "cohort",
        "by": None,
        "key": None,
        "name": None,
        "volumes": {"MQL": 1, "SAL": 1, "SQL": 1, "Won": 1},
        "passages": [
            {"from": "MQL", "to": "SAL", "conversion": 1.0, "mean_days": 2.0, "median_days": 2.0},
            {"from": "SAL", "to": "SQL", "conversion": 1.0, "mean_days": 0.0, "median_days": 0.0},
            {"from": "SQL", "to": "Won", "conversion": 1.0, "mean_days": 8.0, "median_days": 8.0},
            {"from": "MQL", "to": "Won", "conversion": 1.0, "mean_days": 10.0, "median_days": 10.0},
        ],
        "system_delay_seconds": {"count": 1, "median": 0.0, "p90": 0.0},
        "human_delay_seconds": {"count": 1, "median": 172800.0, "p90": 172800.0},
    }


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("campaign", [("fair", "Trade fair", 2), ("web", "A website with a name that is long", 1)]),
        ("type", [("Event", "Event", 2), ("Web", "Web", 1)]),
        ("owner", [("u1", "Nina Holm", 2), (None, None, 1)]),
        ("month", [("2026-01", "2026-01", 3)]),
    ],
)
def test_groups_have_a_key_and_a_name(settings, history, capsys, by, expected):
    assert keys(lines(settings, history, capsys, "--by", by)) == expected


def test_by_period_a_stage_counts_when_it_was_reached(settings, history, capsys):
    january = ("--basis", "period", "--from", "2026-01-01", "--to", "2026-02-01")
    february = ("--basis", "period", "--from", "2026-02-01", "--to", "2026-03-01")
    (first,) = lines(settings, history, capsys, *january)
    (second,) = lines(settings, history, capsys, *february)
    assert first["basis"] == second["basis"] == "period"
    assert first["volumes"] == {"MQL": 3, "SAL": 2, "SQL": 1, "Won": 1}
    assert second["volumes"] == {"MQL": 0, "SAL": 0, "SQL": 1, "Won": 0}
    # Nobody began, so there is nothing to convert from; how long it took is known all the same.
    assert second["passages"][1] == {
        "from": "SAL",
        "to": "SQL",
        "conversion": None,
        "mean_days": pytest.approx(38.73, abs=0.01),
        "median_days": pytest.approx(38.73, abs=0.01),
    }


def test_by_period_the_months_add_up_to_the_whole(settings, history, capsys):
    whole = ("--basis", "period", "--from", "2026-01-01", "--to", "2026-03-01")
    (total,) = lines(settings, history, capsys, *whole)
    months = lines(settings, history, capsys, *whole, "--by", "month")
    assert [(line["key"], list(line["volumes"].values())) for line in months] == [
        ("2026-01", [3, 2, 1, 1]),
        ("2026-02", [0, 0, 1, 0]),
    ]
    assert [sum(month) for month in zip(*(line["volumes"].values() for line in months), strict=True)] == list(
        total["volumes"].values()
    )


def test_another_period_is_shown_beside(settings, history, capsys, monkeypatch):
    spans = ("--from", "2026-02-01", "--to", "2026-03-01", "--beside", "2026-01-01")
    found = lines(settings, history, capsys, *spans, "--basis", "period")
    assert [(line["from"], line["to"], line["volumes"]["MQL"]) for line in found] == [
        ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 0),
        # A month, and not 28 days.
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 3),
    ]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    arguments = ["funnel", "--settings", str(settings), str(history), *spans, "--basis", "period", "--by", "campaign"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert out.startswith("basis: period, the stages that were reached in the period\n\n")
    assert [" ".join(line.split()) for line in out.splitlines()[2:12]] == [
        "campaign MQL SAL SQL Won",
        "Trade fair",
        "2026-02-01/2026-02-28 0 0 1 0",
        "2026-01-01/2026-01-31 2 2 1 1",
        "A website with a name th…",
        "2026-02-01/2026-02-28 0 0 0 0",
        "2026-01-01/2026-01-31 1 0 0 0",
        "total",
        "2026-02-01/2026-02-28 0 0 1 0",
        "2026-01-01/2026-01-31 3 2 1 1",
    ]
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_period_of_days_has_one_of_as_many_beside_it(settings, history, capsys):
    found = lines(settings, history, capsys, "--from", "2026-01-10", "--to", "2026-01-13", "--beside", "2026-01-02")
    assert [(line["from"][:10], line["to"][:10]) for line in found] == [
        ("2026-01-10", "2026-01-13"),
        ("2026-01-02", "2026-01-05"),
    ]


def test_who_waits_is_counted_under_nobody_and_a_queue_under_its_name(settings, tmp_path, capsys):
    history = written(
        tmp_path / "h.jsonl", *HISTORY[:6], *lead("p1", 2, "fair", "q-in"), *lead("p2", 2, "fair", "q-routing")
    )
    assert keys(lines(settings, history, capsys, "--by", "owner")) == [("q-routing", "Routing", 1), (None, None, 1)]


def test_the_type_is_that_of_the_day(settings, tmp_path, capsys):
    renamed = event("01-20T00:00", "Campaign Changed", campaign_id="fair", type="Congress")
    history = written(tmp_path / "h.jsonl", *HISTORY, renamed, *lead("p9", 25, "fair", None))
    assert keys(lines(settings, history, capsys, "--by", "type")) == [
        ("Event", "Event", 2),
        ("Congress", "Congress", 1),
        ("Web", "Web", 1),
    ]


def test_the_period_is_the_year_before_the_end_of_the_history(settings, tmp_path, capsys):
    late = {**told("01-03T00:00", "p1", score=1), "time": "2027-01-03T00:00:00Z"}
    (line,) = lines(settings, written(tmp_path / "h.jsonl", *HISTORY, late), capsys)
    assert (line["volumes"]["MQL"], line["from"][:10], line["to"][:10]) == (1, "2026-01-03", "2027-01-03")


def test_an_empty_history_has_nobody_in_it(settings, tmp_path, capsys):
    (line,) = lines(settings, written(tmp_path / "empty.jsonl"), capsys)
    assert line["volumes"] == {"MQL": 0, "SAL": 0, "SQL": 0, "Won": 0}


def test_months_and_days_are_those_of_the_settings_time_zone(settings, tmp_path, capsys):
    settings.write_text(f"{settings.read_text()}\ntime_zone: America/New_York\n")
    path = written(
        tmp_path / "h.jsonl",
        event("02-01T04:30", "Campaign Changed", campaign_id="web"),
        told("02-01T04:30", "p1", score=70),
        event("02-01T04:30", "Response Recorded", response_id="r", person_id="p1", campaign_id="web", responded=True),
    )
    (line,) = lines(settings, path, capsys, "--by", "month", "--from", "2026-01-31", "--to", "2026-02-01")
    assert (line["key"], line["volumes"]["MQL"]) == ("2026-01", 1)
    assert (line["from"], line["to"]) == ("2026-01-31T05:00:00Z", "2026-02-01T05:00:00Z")


@pytest.mark.parametrize(
    ("zone", "month"), [("America/New_York", "2026-04"), ("America/Bogota", "2026-03"), ("UTC", "2026-04")]
)
def test_a_month_ends_by_the_clocks_of_its_zone_and_their_daylight_saving_time(settings, tmp_path, capsys, zone, month):
    settings.write_text(f"{settings.read_text()}\ntime_zone: {zone}\n")
    told_by = "2026-03-31T23:30:00-05:00"
    path = written(
        tmp_path / "h.jsonl",
        event("02-01T04:30", "Campaign Changed", campaign_id="web"),
        {**told("02-01T04:30", "p1", score=70), "time": told_by},
        {
            **event(
                "02-01T04:30", "Response Recorded", response_id="r", person_id="p1", campaign_id="web", responded=True
            )
        }
        | {"time": told_by},
    )
    (line,) = lines(settings, path, capsys, "--by", "month")
    assert line["key"] == month


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--from", "yesterday"], "--from: expected a day such as 2025-03-31, or a time"),
        (["--to", "2026-02-30"], "--to: expected a day such as 2025-03-31, or a time"),
        (["--to", "1000-01-01"], "--to: '1000-01-01': expected a time from 1900-01-01"),
        (["--from", "2026-03-01", "--to", "2026-03-01"], "--from: 2026-03-01 is not before 2026-03-01"),
        (["--from", "2030-01-01"], "--from: 2030-01-01 is not before 2026-02-10"),
    ],
)
def test_a_period_that_is_none_is_refused(settings, history, capsys, more, why):
    assert main(["funnel", "--settings", str(settings), str(history), *more]) == 2
    out, err = capsys.readouterr()
    assert (out, err[: len(why) + 10]) == ("", f"rekindle: {why}")


def test_what_was_refused_is_told(settings, tmp_path, capsys):
    lost = event("01-03T00:00", "Response Recorded", response_id="r", person_id="p", campaign_id="none", responded=True)
    assert main(["funnel", "--settings", str(settings), str(written(tmp_path / "h.jsonl", lost))]) == 0
    assert capsys.readouterr().err == "refused, line 1: campaign 'none' is not known (detail.campaign_id)\n"


@pytest.mark.parametrize("demo", [True, False])
def test_every_campaign_has_as_many_cycles_as_credit(settings, history, demo):
    """Two ways to count the same: at each decision, and from the ledger in the end."""
    simulation = Simulation(settings_of(DEMO_SETTINGS if demo else settings))
    simulation.keep_journeys()
    with closing(History(DEMO if demo else history)) as events:
        for _ in decisions_of(simulation, events, "simulating"):
            pass
    counted = Counter(cycle.campaign_id for cycle in simulation.cycles())
    assert counted
    assert counted == +simulation.credit
