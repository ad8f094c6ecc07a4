"""`rekindle import --stack`: a file is loaded into the tables of a stack, over simulated AWS."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rekindle.application.ports.people import ListedBy
from rekindle.cli.main import main
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.core import times
from rekindle.runtime.imports import on_stack
from rekindle.runtime.use_cases import UseCases
from tests.integration.conftest import deployed_stack
from tests.support.builders import DOCUMENT

REGION = "eu-central-1"
AT = "2026-05-01T00:00:00Z"
MEMBERS = "email,first_name,campaign,member_status,responded_at\n"


class Stack:
    def __init__(self, folder: Path, use: UseCases, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.use, self._capsys = folder, use, capsys

    def load(self, content: str, kind: str, *more: str, name: str = "file.csv") -> dict[str, Any]:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        assert main(["import", str(path), "--kind", kind, "--stack", "rekindle-dev", "--at", AT, *more]) == 0
        counts: dict[str, Any] = json.loads(self._capsys.readouterr().err.splitlines()[-1])
        return counts

    def person_at(self, address: str) -> str:
        (found,) = self.use.show_records.find(ListedBy.MAIL, address, 10, None).items
        return found.person.person_id

    def campaigns_of(self, person_id: str) -> Counter[tuple[str, bool]]:
        stored = self.use.ports.people.responses(person_id)
        return Counter((one.campaign_id, one.state.responded) for one in stored)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stack]:
    # Tables that are simulated in this process take one request at a time.
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])
    with deployed_stack(monkeypatch) as use:
        use.ports.versions.put({**DOCUMENT, "time_zone": "Europe/Berlin"}, 0, times.instant(AT))
        yield Stack(tmp_path, use, capsys)


def outcome(counts: dict[str, Any]) -> tuple[int, ...]:
    return tuple(counts[name] for name in ("created", "updated", "unchanged", "refused"))


def members(people: int) -> list[str]:
    campaigns = ("spring", "expo", "tour")
    return [
        f"p{n}@acme.example,P{n},{campaign},{'Attended' if n % 2 else 'Sent'},{'2026-03-01 09:30' if n % 2 else ''}\n"
        for n in range(people)
        for campaign in campaigns[: 1 + n % 3]
    ]


def test_a_whole_crm_is_loaded_and_a_second_load_changes_nothing(stack: Stack) -> None:
    files = {
        "campaigns": "id,name\nspring,Spring webinar\n",
        "users": "id,name,email\nu1,Ada,ada@seller.example\n",
        "accounts": "id,name,website,owner\na1,Acme,https://www.acme.example,u1\n",
        "people": "person_id,email,account_id,score,opt out,created\np1,mia@acme.example,a1,20,yes,2026-02-01\n",
        "members": "email,campaign,responded_at\nMIA@acme.example,spring,2026-03-01 09:30\n",
        "opportunities": "id,contact email,stage,amount,created date\no1,mia@acme.example,New,100,2026-03-20\n",
    }
    for kind, content in files.items():
        assert outcome(stack.load(content, kind)) == (1, 0, 0, 0), kind
    versions = stack.use.ports.people.get("p1")
    for kind, content in files.items():
        assert outcome(stack.load(content, kind)) == (0, 0, 1, 0), kind
    person = stack.use.ports.people.get("p1")
    assert person is not None and person == versions
    assert person.profile is not None and person.profile.do_not_contact
    (response,) = stack.use.ports.people.responses("p1")
    assert times.optional_text(response.state.responded_at) == "2026-03-01T08:30:00Z"
    assert person.has_open_opportunity
    assert outcome(stack.load("person_id,do_not_contact\np1,no\n", "people")) == (0, 0, 1, 0)


def test_the_counts_are_those_of_the_store_to_the_person(stack: Stack) -> None:
    stack.load("id\nspring\nexpo\ntour\n", "campaigns")
    rows = members(40)
    counts = stack.load(MEMBERS + "".join(rows) + "bad,B,spring,Sent,\nx@y.example,X,nowhere,Sent,\n", "members")
    assert outcome(counts) == (len(rows), 0, 0, 2) and counts["people"]["created"] == 40
    assert {cause["code"] for cause in counts["causes"]} == {"INVALID_EMAIL", "UNKNOWN_CAMPAIGN"}
    stored: Counter[tuple[str, bool]] = Counter()
    for n in range(40):
        stored += stack.campaigns_of(stack.person_at(f"p{n}@acme.example"))
    expected = Counter((row.split(",")[2], row.split(",")[3] == "Attended") for row in rows)
    assert stored == expected


def test_a_dry_run_gives_the_counts_and_changes_nothing(stack: Stack) -> None:
    counts = stack.load("id\nspring\n", "campaigns", "--dry-run")
    assert outcome(counts) == (1, 0, 0, 0) and counts["state"] == "checked"
    assert stack.use.ports.records(CAMPAIGN).get("spring") is None


def test_the_id_in_another_system_stays_one_of_the_person(stack: Stack) -> None:
    stack.load("id\nspring\nexpo\n", "campaigns")
    stack.load("person_id,email\np1,mia@acme.example\n", "people")
    (stack.folder / "mapping.yaml").write_text("source_system: shop")
    mapping = ("--mapping", str(stack.folder / "mapping.yaml"))
    stack.load("person_ref,email,campaign,responded_at\n17,mia@acme.example,spring,2026-03-01\n", "members", *mapping)
    stack.load("person_ref,campaign,responded_at\n17,expo,2026-03-02\n", "members", *mapping)
    assert stack.campaigns_of("p1") == Counter({("spring", True): 1, ("expo", True): 1})


def test_the_settings_are_those_of_the_stack(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    path = stack.folder / "file.csv"
    path.write_text("id\nspring\n")
    assert main(["import", str(path), "--kind", "campaigns", "--stack", "rekindle-dev", "--settings", "s.yaml"]) == 2
    assert "a stack has settings of its own" in capsys.readouterr().err


def test_a_response_that_is_dated_later_is_left_to_the_sweep(stack: Stack) -> None:
    stack.load("id\nspring\n", "campaigns")
    loaded = stack.load(MEMBERS + "a@acme.example,A,spring,Responded,2026-05-08T10:00:00Z\n", "members", name="b.csv")
    assert outcome(loaded) == (1, 0, 0, 0)
    (timer,) = stack.use.ports.timers.overdue(times.instant("2100-01-01T00:00:00Z"), 10)
    assert timer.due >= times.instant("2026-05-08T10:00:00Z")
