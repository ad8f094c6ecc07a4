"""`rekindle partition`: a history cut into parts that decide as the whole does."""

import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from rekindle.adapters.history import History
from rekindle.adapters.wire.views.decisions import LISTED
from rekindle.adapters.wire.views.decisions import decision as shown_decision
from rekindle.adapters.wire.views.people import assignment as shown_assignment
from rekindle.cli.main import main
from rekindle.cli.partition import partition
from rekindle.domain.capture.facts import Fact, RecordChanged, RecordDeleted
from rekindle.domain.capture.kinds import PLAIN
from rekindle.domain.capture.related import records_of
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.runtime.simulation.requests import played
from rekindle.runtime.simulation.simulator import Simulation
from tests.support.builders import day

DOCUMENT: dict[str, Any] = {
    "person_statuses": {
        "New": {"active": False},
        "Open": {"active": True, "response_status": "Open - Not Contacted"},
        "Nurture": {"active": False, "kind": "nurture", "response_status": "Nurture", "nurture_timeout_days": 3},
    },
    "reactivation": {
        "score": {"lookback_days": 20, "default_campaign": {"single": "web"}},
        "active_status": {"enabled": True, "delay": "PT36H", "default_campaign": {"single": "web"}},
        "invocable": {"enabled": True},
        "response_prompt": {"enabled": True},
    },
    "assignment": {
        "rules": [
            {"owners": ["u2"], "to": "q-router", "deadline": "P2D", "reminder": "PT12H", "fallback": "u-manager"},
            {"to": "q-engine", "deadline": "PT30H", "reminder": "PT6H", "fallback": "u-manager"},
        ],
        "router": {"queues": ["q-router"], "steps": [{"to": "account_owner"}]},
    },
}
CAMPAIGNS = ["web", "fair", "late", "prompt"]
ADDRESSES = ["ann@example.com", " Ann@Example.com", "bob@example.com"]


def told(kind: str, at: int, /, **detail: Any) -> dict[str, Any]:
    """An event, by the seconds since the first of January."""
    day, second = divmod(at, 86_400)
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return {"source": "crm", "detail-type": kind, "time": f"2026-01-{1 + day:02}T{clock}Z", "detail": detail}


def changed(entity: str, at: int, *record_ids: str, **fields: Any) -> dict[str, Any]:
    """As Salesforce tells it, some seconds after it was committed."""
    header = {
        "entityName": entity,
        "changeType": "UPDATE",
        "recordIds": list(record_ids),
        "commitTimestamp": 1_767_225_600_000 + (at - 7) * 1000,
        "changedFields": list(fields),
    }
    return told(f"{entity}ChangeEvent", at, ChangeEventHeader=header, **fields)


# Few instants, so that much happens close together; and gaps after which delays are over and patience is at an end.
instants = st.builds(lambda day, second: day * 86_400 + second, st.integers(0, 9), st.integers(10, 40))
people = st.sampled_from([f"p{n}" for n in range(8)])
responses = st.sampled_from([f"r{n}" for n in range(10)])
tasks = st.sampled_from(["t0", "t1", "t2", "p7"])
opportunities = st.sampled_from(["o0", "o1"])
campaigns = st.sampled_from(CAMPAIGNS)
absences = st.sampled_from(["2026-01-03T12:00:00Z", "2026-01-07"])
statuses = st.sampled_from(["New", "Open", "Nurture"])

persons_told = st.builds(
    lambda at, person, values: told("Person Changed", at, person_id=person, **values),
    instants,
    people,
    st.fixed_dictionaries(
        {}, optional={"status": statuses, "score": st.sampled_from([10, 70]), "owner_id": st.sampled_from(["u1", "u2"])}
    ),
)
# One with an address of a contact is that contact's account's lead, wherever the contact is told of.
addressed = st.builds(
    lambda at, person, email, contact: told("Person Changed", at, person_id=person, email=email, **contact),
    instants,
    people,
    st.sampled_from(ADDRESSES),
    st.sampled_from([{"owner_id": "u2"}, {"kind": "contact", "account_id": "a1"}]),
)
responses_told = st.builds(
    lambda at, response, person, campaign, responded: told(
        "Response Recorded", at, response_id=response, person_id=person, campaign_id=campaign, responded=responded
    ),
    instants,
    responses,
    people,
    campaigns,
    st.booleans(),
)
seldom = st.one_of(
    st.builds(
        lambda at, one, other: told("People Merged", at, survivor_id=one, merged_ids=[other]), instants, people, people
    ),
    st.builds(
        lambda at, one, other: told("Person Changed", at, person_id=one, converted_contact_id=other),
        instants,
        people,
        people,
    ),
    st.builds(lambda at, one: told("Person Deleted", at, person_id=one), instants, people),
    st.builds(
        lambda at, response, person: told("Response Deleted", at, response_id=response, person_id=person),
        instants,
        responses,
        people,
    ),
    st.builds(
        lambda at, task, person, when: told(
            "Task Logged", at, task_id=task, person_id=person, occurred_at=told("", when)["time"]
        ),
        instants,
        tasks,
        people,
        instants,
    ),
    st.builds(
        lambda at, opportunity, ids, closed, of: told(
            "Opportunity Changed", at, opportunity_id=opportunity, person_ids=ids, is_closed=closed, **of
        ),
        instants,
        opportunities,
        st.lists(people, max_size=2),
        st.booleans(),
        st.sampled_from([{}, {"account_id": "a1"}]),
    ),
    st.builds(lambda at, one: told("Opportunity Deleted", at, opportunity_id=one), instants, opportunities),
    st.builds(
        lambda at, one, task, n: told(
            "Reactivation Requested",
            at,
            request_id=f"q{n}",
            user_id="u1",
            **({"task_id": task} if n else {"person_id": one}),
        ),
        instants,
        people,
        tasks,
        st.integers(0, 3),
    ),
    st.builds(
        lambda at, one, n: told(
            "Response Prompted",
            at,
            request_id=f"w{n}",
            person_id=one,
            campaign_id="prompt",
            user_id="u1",
            intent="convert",
        ),
        instants,
        people,
        st.integers(0, 3),
    ),
    st.builds(
        lambda at, response, status: changed("CampaignMember", at, response, Status=status),
        instants,
        responses,
        st.sampled_from(["Sent", "Attended"]),
    ),
    st.builds(lambda at, one, other: changed("Lead", at, one, other, Status="Open"), instants, people, people),
    st.builds(
        lambda at, campaign, name: told("Campaign Changed", at, campaign_id=campaign, name=name),
        instants,
        campaigns,
        st.sampled_from(["A", "B"]),
    ),
    st.builds(lambda at: told("Person Changed", at, person_id=""), instants),
    st.builds(lambda at: told("Account Changed", at, account_id="a1"), instants),
)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    known = [told("Campaign Changed", 0, campaign_id=c, name=c) for c in CAMPAIGNS if c != "late"]
    prompt = told("Campaign Changed", 0, campaign_id="prompt", response_prompt=True, trigger_reactivation=True)
    account = told("Account Changed", 0, account_id="a1", owner_id="u-away")
    away = told("User Changed", 0, user_id="u-away", fields={"absent_until": draw(absences)})
    often = draw(st.lists(st.one_of(persons_told, responses_told, addressed), min_size=5, max_size=30))
    others = draw(st.lists(seldom, max_size=8))
    return [*known, prompt, account, away, *draw(st.permutations([*often, *others]))]


@dataclass(frozen=True)
class Played:
    decisions: dict[str, list[dict[str, Any]]]
    """Each person's in the order decided."""
    assignments: dict[str, dict[str, Any]]
    """Each as it stands at the end."""
    cycles: dict[str, Cycle]
    credit: Counter[str]
    refused: Counter[tuple[str, str | None]]


def simulated(path: Path) -> Played:
    simulation = Simulation(DOCUMENT)
    simulation.keep_assignments()
    simulation.keep_journeys()
    decisions = defaultdict(list)
    with closing(History(path)) as history:
        for explanation in played(simulation, history):
            decisions[explanation.decision.person_id].append(shown_decision(explanation, listed=LISTED))
    assignments = {held.assignment_id: shown_assignment(person, held) for person, held in simulation.assignments()}
    cycles = {cycle.decision_id: cycle for cycle in simulation.cycles()}
    refused = Counter((one.refusal.code, one.refusal.field) for one in simulation.refused)
    return Played(decisions, assignments, cycles, Counter({c: n for c, n in simulation.credit.items() if n}), refused)


def together(parts: Iterator[Path]) -> Played:
    found = [simulated(part) for part in parts]
    decisions: dict[str, list[dict[str, Any]]] = {}
    assignments: dict[str, dict[str, Any]] = {}
    cycles: dict[str, Cycle] = {}
    for one in found:
        assert not decisions.keys() & one.decisions.keys(), "a person is decided about in two parts"
        decisions |= one.decisions
        assignments |= one.assignments
        cycles |= one.cycles
    credit = Counter[str]()
    for one in found:
        credit.update(one.credit)
    return Played(
        decisions,
        assignments,
        cycles,
        Counter({c: n for c, n in credit.items() if n}),
        sum((one.refused for one in found), Counter()),
    )


def written(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def lines(part: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(part.read_bytes()).splitlines()]


@given(histories(), st.integers(2, 5))
@settings(max_examples=7 * settings.default.max_examples, deadline=None)
def test_parts_decide_as_the_whole_does(history: list[dict[str, Any]], parts: int):
    with tempfile.TemporaryDirectory() as scratch:
        whole = written(Path(scratch) / "history.jsonl", *history)
        partition(whole, Path(scratch), parts)
        expected = simulated(whole)
        event(f"{len(expected.decisions)} people")
        for assignment in expected.assignments.values():
            event(f"assignment {assignment['state']} {assignment['reason']}")
        assert together(Path(scratch).glob("part-*")) == expected


PAIRS = [
    told("People Merged", 1, survivor_id="A", merged_ids=["B"]),
    told("Person Changed", 1, person_id="A", converted_contact_id="B"),
    told("Opportunity Changed", 1, opportunity_id="o1", person_ids=["A", "B"]),
    changed("Lead", 100, "A", "B", Status="Open"),
]
TIES: dict[str, list[dict[str, Any]]] = {
    **{one["detail-type"]: [one] for one in PAIRS},
    "a lead that Salesforce converted": [changed("Lead", 100, "A", ConvertedContactId="B")],
    "a response that went to another person": [
        told("Response Recorded", at, response_id="r1", person_id=one, campaign_id="web", responded=True)
        for at, one in enumerate("AB")
    ],
    "an opportunity that went to another person": [
        told("Opportunity Changed", at, opportunity_id="o1", person_ids=[one]) for at, one in enumerate("AB")
    ],
    "a task that went to another person": [
        told("Task Logged", at, task_id="t1", person_id=one) for at, one in enumerate("AB")
    ],
    "an address that two have": [
        told("Person Changed", at, person_id=one, email=email)
        for at, (one, email) in enumerate((("A", "a@m.io"), ("B", "A@m.io ")))
    ],
    "contacts of one account": [
        told("Person Changed", at, person_id=one, account_id="acme") for at, one in enumerate("AB")
    ],
    "a contact of the account of somebody's opportunity": [
        told("Person Changed", 1, person_id="A", account_id="acme"),
        told("Opportunity Changed", 2, opportunity_id="o1", person_ids=["B"], account_id="acme"),
    ],
    "two merged into a third": [
        told("People Merged", at, survivor_id="C", merged_ids=[one]) for at, one in enumerate("AB")
    ],
}


def deactivate(time: str) -> dict[str, Any]:
    return {"source": "rekindle", "detail-type": "History Ended", "time": time, "detail": {}}


def parts_of(tmp_path: Path, *history: Any, parts: int = 50) -> list[list[dict[str, Any]]]:
    """Without the line that ends each."""
    partition(written(tmp_path / "history.jsonl", *history), tmp_path / "parts", parts)
    found = [lines(part) for part in sorted((tmp_path / "parts").iterdir())]
    last = found[0][-1]
    assert all(part[-1] == last == deactivate(last["time"]) for part in found)
    return [part[:-1] for part in found]


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    return tmp_path


@pytest.mark.parametrize("tie", TIES.values(), ids=TIES.keys())
def test_who_is_ever_united_is_in_one_part(into: Path, tie: list[dict[str, Any]]) -> None:
    """Whether it is told before or after what it unites."""
    pairs = [(f"x{n}", f"y{n}") for n in range(20)]
    text = json.dumps(tie)
    history: list[Any] = []
    for n, (one, other) in enumerate(pairs):
        ids = {'"A"': one, '"B"': other, '"C"': f"z{n}", '"r1"': f"r{n}", '"o1"': f"o{n}", '"t1"': f"t{n}"}
        ids |= {'"a@m.io"': f"a@m{n}.io", '"A@m.io "': f"A@m{n}.io ", '"acme"': f"acme{n}"}
        ours = text
        for name, record_id in ids.items():
            ours = ours.replace(name, json.dumps(record_id))
        alone = [told("Person Changed", 5, person_id=record_id, score=1) for record_id in (one, other)]
        history += [*json.loads(ours), *alone] if n % 2 else [*alone, *json.loads(ours)]
    found = [
        {e["detail"].get("person_id") for e in part if "score" in e["detail"]} for part in parts_of(into, *history)
    ]
    assert sum(bool(part) for part in found) > 5, "they are spread"
    assert all({one, other} <= part for one, other in pairs for part in found if {one, other} & part)


OF_KINDS = (RecordChanged, RecordDeleted)
LEADING_TO_PEOPLE = {"person_id", "survivor_id", "task_id", "response_id", "opportunity_id"}


@pytest.mark.parametrize("kind", [one for one in get_args(Fact) if one not in OF_KINDS], ids=lambda kind: kind.__name__)
def test_every_fact_that_leads_to_people_says_to_whom(kind: Any) -> None:
    """A new kind of fact is not to be put into every part by mistake: it would be decided about in each."""
    known_fields = {field.name for field in fields(kind)}
    values: dict[str, Any] = {name: name for name in known_fields} | {"merged_ids": ("other",), "values": {}}
    fact = kind(**{name: value for name, value in values.items() if name in known_fields})
    assert bool(records_of(fact)) == bool(known_fields & LEADING_TO_PEOPLE)


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.name)
def test_every_record_that_leads_to_a_person_says_to_whom(kind: Kind[Any]) -> None:
    values = dict.fromkeys(kind.fields, "x")
    people = ("person x",) if "person_id" in kind.fields else ()

    assert records_of(RecordChanged(kind, "r", ChangeStamp(day(1)), values))[1:] == people
    assert bool(records_of(RecordDeleted(kind, "r", ChangeStamp(day(1))))) == bool(people)


def test_requests_for_a_task_are_with_its_person(into: Path) -> None:
    history = [told("Task Logged", 1, task_id=f"t{n}", person_id=f"p{n}") for n in range(20)]
    history += [told("Reactivation Requested", 2, request_id=f"q{n}", task_id=f"t{n}", user_id="u1") for n in range(20)]
    for part in parts_of(into, *history):
        assert all(n == 2 for n in Counter(e["detail"]["task_id"] for e in part).values())


def test_what_concerns_nobody_is_in_every_part_and_our_own_events_in_none(into: Path) -> None:
    everywhere = [
        told("Campaign Changed", 1, campaign_id="web"),
        changed("Campaign", 9, "c1", Name="Fair"),
        told("User Changed", 2, user_id="u1"),
        told("Account Changed", 3, account_id="a1"),
        told("Queue Changed", 3, queue_id="q1"),
        told("Campaign Deleted", 4, campaign_id="web"),
    ]
    own = told("Response Activated", 5, person_id="p1") | {"source": "rekindle"}
    assert parts_of(into, *everywhere, own, parts=3) == [everywhere] * 3


def test_each_other_event_is_in_one_part_in_the_order_of_the_file(into: Path) -> None:
    history = [told("Person Changed", 90 - n % 7, person_id=f"p{n % 11}", score=n) for n in range(60)]
    refused = told("Person Changed", 3, person_id="")
    found = parts_of(into, *history, refused, refused, parts=4)
    assert sorted(json.dumps(e) for part in found for e in part) == sorted(
        map(json.dumps, [*history, refused, refused])
    )
    for part in found:
        scores = [e["detail"]["score"] for e in part if "score" in e["detail"]]
        assert scores == sorted(scores)


def test_each_part_ends_at_the_last_instant_that_the_history_tells_of(into: Path) -> None:
    """By the facts, as the clock goes: not by the arrival of Salesforce's, what is refused, or our own events."""
    history = [
        changed("Lead", 300, "p1", Status="Open"),
        told("Person Changed", 200, person_id="p2", score=1),
        told("Person Changed", 100, person_id="p3", score=1, occurred_at="2026-01-01T00:04:55.125Z"),
        told("Person Changed", 400, person_id=""),
        told("Response Activated", 500, person_id="p1") | {"source": "rekindle"},
    ]
    partition(written(into / "history.jsonl", *history), into / "parts", 3)
    assert [lines(part)[-1] for part in (into / "parts").iterdir()] == [deactivate("2026-01-01T00:04:55.125Z")] * 3
    # And so does the part of a part.
    (into / "further").mkdir()
    partition(into / "parts" / "part-0000.jsonl.gz", into / "further", 2)
    assert [lines(part)[-1] for part in (into / "further").iterdir()] == [deactivate("2026-01-01T00:04:55.125Z")] * 2


def test_of_a_history_that_tells_of_nothing_the_parts_are_empty(into: Path) -> None:
    own = told("Response Activated", 5, person_id="p1") | {"source": "rekindle"}
    partition(written(into / "history.jsonl", own), into / "parts", 2)
    assert [lines(part) for part in (into / "parts").iterdir()] == [[], []]


def test_a_deadline_after_a_part_s_own_last_event_passes_as_in_the_whole(into: Path) -> None:
    """The wait began on the first day, and nothing is told of its person later; of another, days after."""
    waits = told("Person Changed", 10, person_id="p1", score=70, status="New")
    later = told("Person Changed", 3 * 86_400, person_id="p2", score=1)
    web = told("Campaign Changed", 1, campaign_id="web")
    partition(written(into / "history.jsonl", web, waits, later), into / "parts", 20)
    assert {one["state"]: one["assigned_at"] for one in simulated(into / "history.jsonl").assignments.values()} == {
        "timed_out": "2026-01-02T06:00:10Z"
    }
    assert together((into / "parts").iterdir()) == simulated(into / "history.jsonl")


def test_two_runs_write_the_same_bytes(into: Path) -> None:
    history = written(into / "history.jsonl", *(told("Person Changed", n, person_id=f"p{n}") for n in range(30)))
    for folder in ("one", "two"):
        assert main(["partition", str(history), "--into", str(into / folder), "--parts", "3"]) == 0
    one, two = (sorted((into / folder).iterdir()) for folder in ("one", "two"))
    assert [path.name for path in one] == ["part-0000.jsonl.gz", "part-0001.jsonl.gz", "part-0002.jsonl.gz"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_packed_history_with_a_mark_of_the_byte_order_is_read_too(into: Path) -> None:
    packed = into / "history.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(PAIRS[0]).encode() + b"\r\n\r\n"))
    partition(packed, into / "parts", 1)
    assert lines(into / "parts" / "part-0000.jsonl.gz") == [PAIRS[0], deactivate("2026-01-01T00:00:01Z")]


def test_what_others_say_on_the_bus_is_refused_in_one_part(into: Path) -> None:
    history = written(into / "history.jsonl", *PAIRS, told("Person Painted", 1))
    everywhere, somewhere = partition(history, into / "parts", 3)
    found = [line for n in range(3) for line in lines(into / "parts" / f"part-{n:04}.jsonl.gz")]
    assert (everywhere, somewhere) == (0, len(PAIRS) + 1)
    assert [line["detail-type"] for line in found].count("Person Painted") == 1


def test_a_history_that_comes_through_a_pipe_is_cut_whole(into: Path) -> None:
    history = written(into / "history.jsonl", *PAIRS)
    command = [
        sys.executable,
        "-m",
        "rekindle.cli.main",
        "partition",
        "/dev/stdin",
        "--into",
        str(into),
        "--parts",
        "1",
    ]
    subprocess.run(command, input=history.read_bytes(), capture_output=True, check=True)
    assert lines(into / "part-0000.jsonl.gz")[:-1] == list(PAIRS)


def test_a_bad_line_is_named_and_parts_are_not_mixed(into: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = written(into / "bad.jsonl", PAIRS[0], {**PAIRS[0], "detail": None})
    arguments = ["partition", str(bad), "--into", str(into / "parts"), "--parts", "2"]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("rekindle: line 2: this is no event")
    assert not list((into / "parts").iterdir())
    written(bad, PAIRS[0])
    assert main(arguments) == 0
    assert capsys.readouterr().err == "1 event in one of 2 parts, 0 in each.\n"
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"rekindle: {into / 'parts'}: there are parts already\n"


@pytest.mark.parametrize("parts", ["0", "501", "-1", "two", "²"])
def test_a_number_of_parts_that_cannot_be_is_refused(parts: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["partition", "history.jsonl", "--into", "parts", "--parts", parts])
    assert ended.value.code == 2
    assert "expected a whole number from 1 to 500" in capsys.readouterr().err


def test_salesforces_changes_are_played_when_they_were_committed(tmp_path: Path) -> None:
    late = changed("Lead", 60, "p1", Status="Open")  # Committed seven seconds before it came.
    between = told("Person Changed", 55, person_id="p1", status="New")
    with closing(History(written(tmp_path / "history.jsonl", between, late))) as history:
        assert [number for number, _ in history] == [2, 1]


def test_what_waits_for_a_fact_that_waits_itself_is_recorded_with_it(tmp_path: Path) -> None:
    history = [
        changed("CampaignMember", 8, "r1", Status="Attended") | {"time": told("", 1)["time"]},
        told("Response Recorded", 2, response_id="r1", person_id="p1", campaign_id="late", responded=True),
        told("Campaign Changed", 4, campaign_id="late"),
        told("Person Changed", 400, person_id="p2"),
    ]
    simulation = Simulation(DOCUMENT)
    with closing(History(written(tmp_path / "history.jsonl", *history))) as file:
        for number, envelope in list(file)[:3]:
            list(simulation.play(number, envelope))
    response = simulation.memory.responses["p1"]["r1"]
    assert response.details is not None
    assert response.details.member_status == "Attended"


def test_what_waited_long_enough_is_refused_however_seldom_somebody_is_told_of(tmp_path: Path) -> None:
    waits = told("Response Recorded", 1, response_id="r1", person_id="p1", campaign_id="late", responded=True)
    found = simulated(written(tmp_path / "h.jsonl", waits, told("Campaign Changed", 500, campaign_id="late")))
    assert (found.decisions, found.refused) == ({}, {("UNKNOWN_CAMPAIGN", "detail.campaign_id"): 1})
