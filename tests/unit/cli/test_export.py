"""`rekindle export`: the tables for analysis, and every saved query on them, with DuckDB."""

import json
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.parquet import EVENTS, TABLES
from rekindle.cli.main import main
from tests.unit.cli.test_measured import DOCUMENT, HISTORY, event, lines, person, response, written

duckdb = import_module("duckdb")
QUERIES = Path(__file__).parents[3] / "queries"
SETTINGS = {**DOCUMENT, "responses": {**DOCUMENT["responses"], "dark_after_days": 14, "refinement_campaign": "mail"}}
STORY = [
    event(0, "User Changed", user_id="rep", name="Rep"),
    person(0, "p1", owner_id="rep"),
    *HISTORY,
    response(96, "r5", "p1", "web", channel="email"),
    person(120, "p2", status="Nurture"),
    response(24 * 25, "r6", "p3", "web"),
    event(24 * 26, "Person Deleted", person_id="p2"),
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    (folder / "settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    history = written(folder / "h.jsonl", STORY)
    named = ["--settings", str(folder / "settings.json"), str(history)]
    assert main(["export", *named, "--into", str(folder / "tables")]) == 0
    return folder


@pytest.fixture
def tables(exported: Path) -> Any:
    """The files as an analyst reads them, with the views of the project."""
    connection = duckdb.connect()
    for table in (EVENTS, *TABLES):
        files = f"read_parquet('{exported}/tables/{table}/*/*.parquet', hive_types_autocast=false)"
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM {files}")  # noqa: S608
    for view in sorted((QUERIES / "views").glob("*.sql")):
        connection.execute(f"CREATE VIEW {view.stem} AS {view.read_text(encoding='utf-8')}")
    return connection


def rows(tables: Any, query: str) -> list[dict[str, Any]]:
    found = tables.execute((QUERIES / f"{query}.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("query", sorted(path.stem for path in QUERIES.glob("*.sql")))
def test_every_saved_query_runs_on_the_files(tables, query):
    assert rows(tables, query)


def test_the_queries_count_as_the_metrics_do(exported, tables, capsys):
    counted = lines(exported / "settings.json", exported / "h.jsonl", capsys, "metric")
    expected = {
        one["campaign_id"]: (one["targeted"], one["responses"]["unique"], one["stages"]["MQL"], one["stages"]["Won"])
        for one in counted
    }
    found = {
        one["campaign_id"]: (one["targeted"], one["responders"], one["mqls"], one["won"])
        for one in rows(tables, "campaign_performance")
    }
    assert found == expected
    dark = {one["campaign_id"]: one["went_dark"] for one in rows(tables, "went_dark")}
    assert dark == {one["campaign_id"]: one["went_dark"] for one in counted if one["went_dark"]}
    assert dark["fair"] == 2


def test_the_credit_sums_to_the_won_amounts(exported, tables, capsys):
    shares = lines(exported / "settings.json", exported / "h.jsonl", capsys, "share")
    expected: dict[str, int] = {}
    for one in shares:
        expected[one["model"]] = expected.get(one["model"], 0) + round(one["amount"] * 100)
    found: dict[str, int] = {}
    for one in rows(tables, "credit_by_campaign"):
        found[one["model"]] = found.get(one["model"], 0) + one["units"]
    assert found == expected
    assert set(found.values()) == {100001 + 5000}


def test_an_event_that_is_delivered_twice_counts_once(exported, tables, tmp_path):
    before = tables.execute("SELECT count(*) FROM events").fetchone()
    folder = next((exported / "tables" / EVENTS).iterdir())
    again = shutil.copy(folder / "part-0.parquet", folder / "delivered-again.parquet")
    try:
        assert tables.execute("SELECT count(*) FROM events").fetchone() == before
        assert tables.execute("SELECT count(*) FROM bus_events").fetchone() > before
    finally:
        Path(again).unlink()


def test_no_name_and_no_address_is_exported(exported, tmp_path):
    content = b"".join(path.read_bytes() for path in (exported / "tables").rglob("*.parquet"))
    assert b"p1" in content
    columns = {name for columns in TABLES.values() for name in columns}
    assert columns.isdisjoint({"email", "first_name", "last_name", "phone", "company", "click_url", "fields"})


def test_a_folder_that_is_not_empty_is_refused(exported, capsys):
    named = ["--settings", str(exported / "settings.json"), str(exported / "h.jsonl")]
    assert main(["export", *named, "--into", str(exported / "tables")]) == 2
    assert "is not empty" in capsys.readouterr().err
