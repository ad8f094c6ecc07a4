"""`rekindle close` and `rekindle verify`: statements stay, and with their adjustments they add up to a recount."""

import io
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.books import FiledBooks
from rekindle.adapters.history import History
from rekindle.adapters.memory import Memory
from rekindle.adapters.memory.books import MemoryFiles
from rekindle.adapters.memory.census import MemoryCensus
from rekindle.adapters.wire import books
from rekindle.application.measures.close_books import CloseBooks
from rekindle.application.measures.count_measures import CountMeasures
from rekindle.cli.main import main
from rekindle.domain.measures.books import Line, Measure
from rekindle.domain.measures.causes import OTHER_COUNT, OTHER_HISTORY, OTHER_SETTINGS
from rekindle.domain.measures.money import minor_units
from rekindle.runtime.simulation.closing import Closing
from rekindle.runtime.simulation.requests import played
from rekindle.runtime.simulation.simulator import Simulation

DOCUMENT: dict[str, Any] = {
    "person_statuses": {
        "New": {"active": False},
        "Open": {"active": True, "response_status": "Open - Not Contacted"},
        "Working": {"active": True, "response_status": "Working"},
        "Nurture": {"active": False, "kind": "nurture"},
    },
    "reactivation": {
        "score": {"lookback_days": 90, "default_campaign": {"single": "web"}},
        "active_status": {"enabled": True, "delay": "P1D"},
    },
    "attribution": {"models": {"even": {"preset": "linear"}}},
    "time_zone": "Europe/Oslo",
}


def event(at: str, kind: str, **detail: Any) -> dict[str, Any]:
    return {"source": "crm", "detail-type": kind, "time": f"2026-{at}:00Z", "detail": detail}


def engaged(at: str, person: str, campaign: str) -> list[dict[str, Any]]:
    """Somebody who responds, and becomes active a minute later."""
    response = {"response_id": f"r-{person}", "person_id": person, "campaign_id": campaign, "responded": True}
    return [
        event(f"{at}:00", "Response Recorded", **response),
        event(f"{at}:01", "Person Changed", person_id=person, score=70, email=f"{person}@example.com"),
    ]


CAMPAIGNS = [
    event("01-01T00:00", "Campaign Changed", campaign_id="hook", name="Webinar"),
    event("01-01T00:00", "Campaign Changed", campaign_id="fair"),
    event("01-01T00:00", "Campaign Changed", campaign_id="web"),
]
MARCH = [
    *CAMPAIGNS,
    *engaged("03-02T10", "p1", "hook"),
    *engaged("03-03T10", "p2", "hook"),
    *engaged("03-04T10", "p3", "fair"),
    # An hour before midnight of UTC it is April in Oslo.
    *engaged("03-31T23", "p4", "hook"),
    event("03-05T00:00", "Opportunity Changed", opportunity_id="o1", person_ids=["p1"], amount=100.01, currency="EUR"),
    event("03-20T00:00", "Opportunity Changed", opportunity_id="o1", is_closed=True, is_won=True),
]
MERGED = event("05-12T09:00", "People Merged", survivor_id="p1", merged_ids=["p3"])
MERGED_BEFORE = event("03-03T12:00", "People Merged", survivor_id="p2", merged_ids=["p3"])
"""Told late: then the second of the two never became active."""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return written(tmp_path / "settings.json", [DOCUMENT])


def written(path: Path, events: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    return path


def close(settings: Path, history: Path, month: str, capsysbinary: Any, previous: Path | None = None) -> Path:
    more = ["--previous", str(previous)] if previous is not None else []
    assert main(["close", "--settings", str(settings), str(history), "--period", month, *more]) == 0
    path = history.with_name(f"{month}.json")
    path.write_bytes(capsysbinary.readouterr().out)
    return path


def told(statement: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(statement.read_bytes())
    return found


def test_a_statement_counts_what_belongs_to_the_month_of_its_time_zone(settings, tmp_path, capsysbinary):
    march = told(close(settings, written(tmp_path / "h.jsonl", MARCH), "2026-03", capsysbinary))
    assert (march["from"], march["to"]) == ("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")
    assert march["volumes"] == {"MQL": 3, "SAL": 1, "SQL": 1, "Won": 1}
    assert march["credit"] == [{"campaign_id": "fair", "credit": 1}, {"campaign_id": "hook", "credit": 2}]
    share = {"campaign_id": "hook", "currency": "EUR", "amount": 100.01}
    assert march["shares"] == [{"model": "active_response", **share}, {"model": "even", **share}]
    assert march["decisions"]["count"] == 3
    assert (march["previous"], march["adjustments"], march["brought_forward"]) == (None, [], [])
    assert march["history"]["events"] == len(MARCH)


def test_what_is_learned_later_is_an_adjustment_with_its_cause(settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    april = close(
        settings, written(history, [*MARCH, *engaged("04-10T10", "p5", "fair")]), "2026-04", capsysbinary, march
    )
    assert told(april)["adjustments"] == []
    written(history, [*MARCH, *engaged("04-10T10", "p5", "fair"), MERGED_BEFORE])
    may = told(close(settings, history, "2026-05", capsysbinary, april))
    late = "people merged on 2026-03-03, told late"
    assert [one["text"] for one in may["adjustments"]] == [
        f"2026-03, fair 1 → 0: {late}",
        f"2026-03, MQL 3 → 2: {late}",
    ]
    assert may["previous"]["sha256"] == sha256(april.read_bytes()).hexdigest()
    assert [one["period"] for one in may["brought_forward"]] == ["2026-03", "2026-04"]
    june = told(close(settings, history, "2026-06", capsysbinary, tmp_path / "2026-05.json"))
    assert june["adjustments"] == []
    assert june["brought_forward"][0]["credit"] == [{"campaign_id": "hook", "credit": 2}]


def test_who_is_merged_later_shares_in_what_was_won(settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    april = told(close(settings, written(history, [*MARCH, MERGED]), "2026-04", capsysbinary, march))
    assert [(one["text"], one["records"]) for one in april["adjustments"]] == [
        ("2026-03, fair, even, EUR 0.0 → 50.0: people merged on 2026-05-12", ["o1"]),
        ("2026-03, Webinar, even, EUR 100.01 → 50.01: people merged on 2026-05-12", ["o1"]),
    ]


@pytest.mark.parametrize(
    ("late", "cause"),
    [
        (engaged("03-09T10", "p9", "fair")[0] | {"detail": {"response_id": "x", "person_id": "p9"}}, None),
        (event("05-02T00:00", "Person Deleted", person_id="p1", erase=True), None),
        (event("05-02T00:00", "Opportunity Deleted", opportunity_id="o1"), None),
        (
            event("03-25T00:00", "Opportunity Changed", opportunity_id="o1", is_closed=False, is_won=False),
            "opportunity changed on 2026-03-25, told late",
        ),
        (
            event("03-19T00:00", "Opportunity Changed", opportunity_id="o1", is_closed=True, is_won=True, amount=7),
            "opportunity changed on 2026-03-19, told late",
        ),
        (event("03-03T00:00", "Response Deleted", response_id="r-p1", person_id="p1"), None),
    ],
)
def test_late_facts_of_every_kind(late, cause, settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    april = told(close(settings, written(history, [*MARCH, late]), "2026-04", capsysbinary, march))
    causes = {one["cause"] for one in april["adjustments"]}
    assert causes == ({cause} if cause else causes)
    assert bool(causes) == (cause is not None or late["detail-type"] == "Response Deleted")
    # A person who was erased goes, and the number stays.
    assert late["detail-type"] != "Person Deleted" or not causes


def test_other_settings_adjust_what_no_fact_explains(settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    written(settings, [{**DOCUMENT, "attribution": {"models": {}}}])
    april = told(close(settings, history, "2026-04", capsysbinary, march))
    assert [(one["model"], one["after"], one["cause"]) for one in april["adjustments"]] == [
        ("even", 0.0, OTHER_SETTINGS)
    ]


def test_another_history_and_another_statement_are_named(settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    other = written(tmp_path / "other.jsonl", MARCH[:-4])
    april = told(close(settings, other, "2026-04", capsysbinary, march))
    assert {one["cause"] for one in april["adjustments"]} == {OTHER_HISTORY}
    march.write_bytes(march.read_bytes().replace(b'"credit": 2', b'"credit": 3'))
    april = told(close(settings, history, "2026-04", capsysbinary, march))
    assert [(one["text"], one["records"]) for one in april["adjustments"]] == [
        (f"2026-03, Webinar 3 → 2: {OTHER_COUNT}", [])
    ]


def test_a_statement_is_verified_from_any_longer_history(settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    longer = written(tmp_path / "longer.jsonl", [*MARCH, *engaged("03-06T10", "p6", "fair"), MERGED])
    april = close(settings, longer, "2026-04", capsysbinary, march)
    for statement, of in ((march, history), (march, longer), (april, longer)):
        assert main(["verify", str(statement), "--settings", str(settings), str(of)]) == 0
    assert main(["verify", str(april), "--settings", str(settings), str(history)]) == 1
    assert b"13 events, and 16 were known" in capsysbinary.readouterr().err


def test_one_changed_byte_is_found(settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    body = march.read_bytes()
    for changed in (body.replace(b'"credit": 2', b'"credit": 3'), body + b"\n", body.replace(b"100.01", b"100.02")):
        march.write_bytes(changed)
        assert main(["verify", str(march), "--settings", str(settings), str(history)]) == 1
    assert b'-   "amount": 100.02' in capsysbinary.readouterr().err


def test_packed_and_with_other_ends_of_lines_it_is_the_same_history(settings, tmp_path, capsysbinary):
    plain = close(settings, written(tmp_path / "h.jsonl", MARCH), "2026-03", capsysbinary).read_bytes()
    dos = tmp_path / "dos.jsonl"
    dos.write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(json.dumps(one).encode() for one in MARCH))
    assert close(settings, dos, "2026-03", capsysbinary).read_bytes() == plain


@pytest.mark.parametrize(
    ("month", "previous", "said"),
    [
        ("2026-13", None, "--period: expected a month"),
        ("March", None, "--period: expected a month"),
        ("2026-05", "march", "closes 2026-03, which is not the month before 2026-05"),
        ("2026-03", "march", "closes 2026-03, which is not the month before 2026-03"),
        ("2026-04", "history", "this is no statement"),
        ("2026-04", "damaged", "this statement is damaged"),
    ],
)
def test_what_cannot_be_closed(month, previous, said, settings, tmp_path, capsysbinary):
    history = written(tmp_path / "h.jsonl", MARCH)
    march = close(settings, history, "2026-03", capsysbinary)
    damaged = tmp_path / "damaged"
    damaged.write_bytes(march.read_bytes().replace(b'"volumes"', b'"volume"'))
    named = {"march": march, "history": history, "damaged": damaged}
    more = ["--previous", str(named[previous])] if previous else []
    assert main(["close", "--settings", str(settings), str(history), "--period", month, *more]) == 2
    captured = capsysbinary.readouterr()
    assert said in captured.err.decode()
    assert captured.out == b""


# --- what a stack closed ---------------------------------------------------------------------------------------------


def closed_by_stack(path: Path, events: Sequence[dict[str, Any]], month: str, at: str, files: Any) -> Path:
    """As a stack closes that was sent these events by then; it keeps its files."""
    simulation = Simulation(DOCUMENT)
    simulation.keep_journeys()
    play(simulation, History(io.BytesIO("".join(f"{json.dumps(one)}\n" for one in events).encode())))
    census, ports = MemoryCensus(simulation.memory, simulation.journeys), simulation.use_cases.ports
    stored = FiledBooks(MemoryFiles(files))
    close = CloseBooks(
        CountMeasures(census), census, stored, ports.reference, ports.versions, lambda: datetime.fromisoformat(at)
    )
    close(month)
    body = stored.statement(month)
    assert body is not None
    path.write_bytes(body)
    return path


def test_what_a_stack_closed_is_verified_from_what_it_was_sent(settings, tmp_path, capsysbinary):
    files, late = Memory(), [*engaged("04-10T10", "p5", "fair"), MERGED]
    march = closed_by_stack(tmp_path / "march", MARCH, "2026-03", "2026-04-05T03:30:00Z", files)
    may = closed_by_stack(tmp_path / "april", [*MARCH, *late], "2026-04", "2026-05-13T03:30:00Z", files)
    assert [one["text"] for one in told(may)["adjustments"]] == [
        "2026-03, fair, even, EUR 0.0 → 50.0: people merged on 2026-05-12",
        "2026-03, Webinar, even, EUR 100.01 → 50.01: people merged on 2026-05-12",
    ]
    history = written(tmp_path / "h.jsonl", [*MARCH, *late, *engaged("06-01T10", "p6", "fair")])
    for statement in (march, may):
        assert main(["verify", str(statement), "--settings", str(settings), str(history)]) == 0
    other = written(tmp_path / "other.jsonl", [*MARCH, *late[:-1]])
    assert main(["verify", str(may), "--settings", str(settings), str(other)]) == 1
    march.write_bytes(march.read_bytes().replace(b'"credit": 2', b'"credit": 3'))
    assert main(["verify", str(march), "--settings", str(settings), str(history)]) == 1
    more = ["--period", "2026-05", "--previous", str(may)]
    assert main(["close", "--settings", str(settings), str(history), *more]) == 2
    assert b"was closed by a stack" in capsysbinary.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2026-03"], b"expected --settings and a history, or --stack"),
        (["--period", "2026-03", "--stack", "x", "--settings", "y"], b"--stack: a stack has settings"),
    ],
)
def test_a_month_is_closed_by_a_history_or_by_a_stack(arguments, said, capsysbinary):
    assert main(["close", *arguments]) == 2
    assert said in capsysbinary.readouterr().err


# --- any history ----------------------------------------------------------------------------------------------------

PEOPLE = ["p1", "p2", "p3"]
instants = st.builds(
    lambda month, day, hour: f"{month:02}-{day:02}T{hour:02}:00",
    st.integers(1, 4),
    st.integers(1, 28),
    st.integers(0, 23),
)
people = st.sampled_from(PEOPLE)
facts = st.one_of(
    st.builds(
        lambda at, name, campaign, responded: event(
            at,
            "Response Recorded",
            response_id=f"r{name}",
            person_id=PEOPLE[name % 3],
            campaign_id=campaign,
            responded=responded,
        ),
        instants,
        st.integers(0, 5),
        st.sampled_from(["hook", "fair", "web"]),
        st.booleans(),
    ),
    st.builds(
        lambda at, who, score: event(at, "Person Changed", person_id=who, score=score),
        instants,
        people,
        st.sampled_from([10, 70]),
    ),
    st.builds(
        lambda at, who, status: event(at, "Person Changed", person_id=who, status=status),
        instants,
        people,
        st.sampled_from(["New", "Open", "Working", "Nurture"]),
    ),
    st.builds(
        lambda at, who, amount, won: event(
            at,
            "Opportunity Changed",
            opportunity_id=f"o-{who}",
            person_ids=[who],
            amount=amount,
            is_closed=won,
            is_won=won,
        ),
        instants,
        people,
        st.integers(0, 10**6).map(lambda cents: cents / 100),
        st.booleans(),
    ),
    st.builds(
        lambda at, one, other: event(at, "People Merged", survivor_id=one, merged_ids=[other]), instants, people, people
    ),
    st.builds(
        lambda at, who, erase: event(at, "Person Deleted", person_id=who, erase=erase), instants, people, st.booleans()
    ),
    st.builds(
        lambda at, n: event(at, "Response Deleted", response_id=f"r{n}", person_id=PEOPLE[n % 3]),
        instants,
        st.integers(0, 5),
    ),
    st.builds(lambda at, who: event(at, "Opportunity Deleted", opportunity_id=f"o-{who}"), instants, people),
)


def play(simulation: Simulation, history: History) -> None:
    for _ in played(simulation, history):
        pass


def recounted(events: Sequence[dict[str, Any]], months: Sequence[str]) -> dict[str, dict[Line, int]]:
    """Counted by itself, from the cycles alone."""
    simulation = Simulation(DOCUMENT)
    simulation.keep_journeys()
    play(simulation, History(io.BytesIO("".join(f"{json.dumps(one)}\n" for one in events).encode())))
    zone = ZoneInfo("Europe/Oslo")
    found: dict[str, Counter[Line]] = {month: Counter() for month in months}

    def add(at: Any, line: Line, units: int = 1) -> None:
        month = at.astimezone(zone).strftime("%Y-%m")
        if month in found:
            found[month][line] += units

    for cycle in simulation.cycles():
        add(cycle.activated_at, Line(Measure.CREDIT, "", cycle.campaign_id))
        for stage, at in cycle.stages.items():
            add(at, Line(Measure.VOLUME, stage.value))
            if stage == "Won" and cycle.amount is not None:
                line = Line(Measure.SHARE, "active_response", cycle.campaign_id, cycle.currency or "")
                add(at, line, minor_units(cycle.amount, cycle.currency))
    return {month: {line: units for line, units in totals.items() if units} for month, totals in found.items()}


@given(st.lists(facts, max_size=16), st.lists(facts, max_size=6), st.lists(facts, max_size=6))
def test_a_statement_and_its_adjustments_add_up_to_a_recount(first, second, third):
    closing = Closing(DOCUMENT, play)
    known: list[dict[str, Any]] = list(CAMPAIGNS)
    statements: list[bytes] = []
    for month, learned in (("2026-01", first), ("2026-02", second), ("2026-03", third)):
        known += learned
        file = io.BytesIO("".join(f"{json.dumps(one)}\n" for one in known).encode())
        statements.append(closing(file, month, books.previous(statements[-1]) if statements else None))
        closed = books.closed_by(books.read(statements[-1]))
        assert closed == {month: held for month, held in closed.items()}
        expected = recounted(known, list(closed))
        for name, totals in closed.items():
            # Deals that belong to no engagement are nobody's active response.
            mine = {
                line: n
                for line, n in totals.items()
                if line.name != "even" and (line.name != "active_response" or line.campaign_id)
            }
            assert mine == expected[name]
    for statement in statements:
        named = books.read(statement)
        made = closing(file, named["period"], books.previous_of(statement), named["history"]["events"])
        assert made == statement
