"""Files that are loaded into a store come to the same, whatever it is kept in, in any order, by two loads at once."""

import io
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rekindle.application.ports.people import ListedBy
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.mapping import FileMapping
from rekindle.domain.imports.report import Report
from rekindle.runtime.imports import on_stack
from rekindle.runtime.imports.loading import Loading
from rekindle.runtime.imports.on_stack import StackImport
from rekindle.runtime.use_cases import UseCases
from tests.contract import stores as technologies
from tests.contract.stores import NOW, Stores
from tests.support.builders import DOCUMENT

MEMBERS = "email,first_name,campaign,member_status,responded_at\n"
CAMPAIGNS = ("spring", "expo", "tour")


def loaded(use: UseCases, folder: Path, content: str, kind: str) -> Report:
    loading = Loading(KINDS[kind], FileMapping(), ZoneInfo("UTC"), NOW)
    return StackImport(loading, use)(io.BytesIO(content.encode()), folder / "exceptions.csv").report


def outcome(report: Report) -> tuple[int, ...]:
    shown = report.shown()
    return tuple(shown[name] for name in ("created", "updated", "unchanged", "refused"))


def members(people: int) -> list[str]:
    return [
        f"p{n}@acme.example,P{n},{campaign},{'Attended' if n % 2 else 'Sent'},{'2026-02-01 09:30' if n % 2 else ''}\n"
        for n in range(people)
        for campaign in CAMPAIGNS[: 1 + n % 3]
    ]


def stored(use: UseCases, people: int) -> Counter[tuple[int, str, bool]]:
    found: Counter[tuple[int, str, bool]] = Counter()
    for n in range(people):
        (shown,) = use.show_records.find(ListedBy.MAIL, f"p{n}@acme.example", 10, None).items
        responses = use.ports.people.responses(shown.person.person_id)
        found.update((n, one.campaign_id, one.state.responded) for one in responses)
    return found


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept in this process takes one request at a time."""
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])


@pytest.mark.usefixtures("one_at_a_time")
def test_a_second_load_changes_nothing_and_a_corrected_one_what_differs(stores: Stores, tmp_path: Path) -> None:
    use = UseCases(stores)
    stores.versions.put(DOCUMENT, 0, NOW)
    assert outcome(loaded(use, tmp_path, "id\nspring\nexpo\ntour\n", "campaigns")) == (3, 0, 0, 0)
    rows = members(7)
    assert outcome(loaded(use, tmp_path, MEMBERS + "".join(rows), "members")) == (len(rows), 0, 0, 0)
    assert outcome(loaded(use, tmp_path, MEMBERS + "".join(rows), "members")) == (0, 0, len(rows), 0)
    changed = rows[0].replace("Sent", "Bounced")
    assert outcome(loaded(use, tmp_path, MEMBERS + changed + "".join(rows[1:]), "members")) == (0, 1, len(rows) - 1, 0)
    assert sum(stored(use, 7).values()) == len(rows)


@pytest.fixture
def real_use(local_endpoint: str) -> Iterator[UseCases]:
    client = technologies.open_client(local_endpoint, pool=30)
    with technologies.on_tables(client) as tables:
        yield technologies.use_cases_on(tables, lambda: NOW)
    client.close()


@pytest.mark.dynamodb_local
def test_a_shuffled_file_in_two_halves_at_once_comes_to_the_same(real_use: UseCases, tmp_path: Path) -> None:
    real_use.ports.versions.put(DOCUMENT, 0, NOW)
    loaded(real_use, tmp_path, "id\nspring\nexpo\ntour\n", "campaigns")
    rows = members(40)
    random.Random(7).shuffle(rows)
    (tmp_path / "0").mkdir()
    (tmp_path / "1").mkdir()
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(
            lambda half: loaded(real_use, tmp_path / str(half), MEMBERS + "".join(rows[half::2]), "members"), (0, 1)
        )
        assert sum(report.read for report in halves) == len(rows)
    responded = Counter((int(row.split("@")[0][1:]), row.split(",")[2], "Attended" in row) for row in rows)
    assert stored(real_use, 40) == responded
    assert outcome(loaded(real_use, tmp_path, MEMBERS + "".join(rows), "members")) == (0, 0, len(rows), 0)
