"""Rows are written together; where somebody else was faster, the rows of that record alone are recorded again."""

import io
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rekindle.adapters.memory.imports import MemoryManyRecords
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.mapping import FileMapping
from rekindle.domain.imports.report import Report
from rekindle.runtime.imports import on_stack
from rekindle.runtime.imports.loading import Loading
from rekindle.runtime.imports.on_stack import StackImport
from tests.support.builders import Rekindle, campaign_changed, day, person_changed

MEMBERS = "email,first_name,campaign,member_status,responded_at,person_score\n"


def loaded(app: Rekindle, folder: Path, kind: str, content: str) -> Report:
    loading = Loading(KINDS[kind], FileMapping(), ZoneInfo("UTC"), day(100))
    return StackImport(loading, app.use)(io.BytesIO(content.encode()), folder / "exceptions.csv").report


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Rekindle:
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])
    app = Rekindle()
    app.configure()
    app.tell(campaign_changed("spring"))
    return app


def rows(people: int) -> str:
    each = (f"p{n}@acme.example,P{n},spring,Attended,2026-02-01,{n}\n" for n in range(people))
    return MEMBERS + "".join(each)


def test_rows_come_to_what_they_come_to_one_by_one(app: Rekindle, tmp_path: Path) -> None:
    alone = Rekindle()
    alone.configure()
    alone.tell(campaign_changed("spring"))
    content = rows(30) + "p3@acme.example,P3,spring,Registered,2026-02-02,90\n"
    together = loaded(app, tmp_path, "members", content)
    for line in content.splitlines(keepends=True)[1:]:
        loaded(alone, tmp_path, "members", MEMBERS + line)
    assert together.shown()["created"] == 30 and together.shown()["updated"] == 1
    assert app.memory.responses == alone.memory.responses and len(app.memory.responses) == 30
    assert {one: score.value for one, score in app.memory.scores.items()} == {
        one: score.value for one, score in alone.memory.scores.items()
    }
    assert app.memory.people.keys() == alone.memory.people.keys()
    assert {*app.memory.decisions} == {*alone.memory.decisions}


def test_a_row_whose_person_was_changed_meanwhile_is_recorded_again(
    app: Rekindle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_status = person_changed("q1", 50, status="Working")
    commit = MemoryManyRecords.commit

    def after_another(self: Any, commits: Any) -> Any:
        app.tell(tell_status)
        return commit(self, commits)

    app.tell(person_changed("q1", 1, email="q1@acme.example"))
    monkeypatch.setattr(MemoryManyRecords, "commit", after_another)
    people = "person_id,email,company\n" + "".join(f"q{n},q{n}@acme.example,Acme\n" for n in range(15))
    report = loaded(app, tmp_path, "people", people)
    assert (report.shown()["created"], report.shown()["updated"], report.shown()["refused"]) == (14, 1, 0)
    assert app.person("q1").status == "Working" and app.person("q1").profile.company == "Acme"
    assert {app.person(f"q{n}").profile.company for n in range(15)} == {"Acme"}
