"""`rekindle simulate --records metric,share`: what campaigns brought, against a count of its own."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.wire.settings.document import faults
from rekindle.adapters.wire.views import measures
from rekindle.cli.main import main
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.points import models_of
from rekindle.runtime.simulation.measured import measured
from rekindle.runtime.simulation.requests import played
from rekindle.runtime.simulation.simulator import Simulation

DOCUMENT: dict[str, Any] = {
    "person_statuses": {
        "New": {"active": False},
        "Open": {"active": True, "response_status": "Open - Not Contacted"},
        "Working": {"active": True, "response_status": "Working"},
        "Nurture": {"active": False, "kind": "nurture"},
    },
    "reactivation": {"score": {"default_campaign": {"single": "web"}}},
    "responses": {"positive": ["Attended"], "hard_bounces": ["Hard Bounce"]},
    "attribution": {"models": {"even": {"preset": "linear"}, "u": {"preset": "u_shaped"}, "old": {"first": 2}}},
}


def event(hour: int, kind: str, **detail: Any) -> dict[str, Any]:
    day, clock = divmod(hour, 24)
    return {"source": "crm", "detail-type": kind, "time": f"2026-01-{1 + day:02}T{clock:02}:00:00Z", "detail": detail}


def response(hour: int, name: str, person: str, campaign: str, responded: bool = True, **more: Any) -> dict[str, Any]:
    told = {"response_id": name, "person_id": person, "campaign_id": campaign, "responded": responded, **more}
    return event(hour, "Response Recorded", **told)


def person(hour: int, name: str, **values: Any) -> dict[str, Any]:
    return event(hour, "Person Changed", person_id=name, **values)


CAMPAIGNS = [
    event(0, "Campaign Changed", campaign_id="fair", name="Trade fair", type="Event", cost=600),
    event(0, "Campaign Changed", campaign_id="mail", type="Email", cost=0),
    event(0, "Campaign Changed", campaign_id="web"),
]
HISTORY = [
    *CAMPAIGNS,
    person(1, "p1", status="New", score=10),
    response(20, "m1", "p1", "mail"),
    response(24, "r1", "p1", "fair", response_type="Attended"),
    person(25, "p1", score=70),
    response(26, "r2", "p1", "fair"),
    response(24, "r3", "p2", "fair", responded=False, member_status="Hard Bounce"),
    response(24, "r4", "p3", "fair", responded=False, member_status="Sent"),
    person(30, "p4", score=80),
    event(48, "Opportunity Changed", opportunity_id="o1", person_ids=["p1"], amount=1000.01, currency="EUR"),
    event(72, "Opportunity Changed", opportunity_id="o1", is_closed=True, is_won=True),
    event(73, "Opportunity Changed", opportunity_id="o2", person_ids=["p3"], amount=50, is_closed=True, is_won=True),
]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


def written(path: Path, events: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    return path


def lines(settings: Path, history: Path, capsys: pytest.CaptureFixture[str], records: str) -> list[dict[str, Any]]:
    assert main(["simulate", "--settings", str(settings), str(history), "--records", records]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_metrics_of_a_campaign(settings, tmp_path, capsys):
    found = lines(settings, written(tmp_path / "h.jsonl", HISTORY), capsys, "metric")
    assert [line["campaign_id"] for line in found] == ["fair", "mail", "web"]
    fair, mail, web = found
    assert fair == {
        "record": "metric",
        "campaign_id": "fair",
        "name": "Trade fair",
        "type": "Event",
        "cost": 600,
        "targeted": 3,
        "hard_bounces": 1,
        "went_dark": 0,
        "responses": {"gross": 2, "unique": 1, "positive": 1},
        "responses_per_responder": 2.0,
        "response_rate": 0.5,
        "rates": {"gross": 1.0, "positive": 0.5, "MQL": 0.5, "SQL": 0.5},
        "stages": {"MQL": 1, "SAL": 1, "SQL": 1, "Won": 1},
        "won_amount": [{"currency": "EUR", "amount": 1000.01}],
        "cost_per": {
            "targeted": 200.0,
            "gross": 300.0,
            "unique": 600.0,
            "positive": 600.0,
            "MQL": 600.0,
            "SAL": 600.0,
            "SQL": 600.0,
            "Won": 600.0,
        },
        "goals": {"by": None},
        "inserted": {
            "people": 0,
            "responses": 0,
            "stages": {"MQL": 0, "SAL": 0, "SQL": 0, "Won": 0},
            "won_amount": [],
        },
        "definitions": dict(measures.DEFINITIONS),
    }
    assert (mail["response_rate"], mail["cost_per"]["unique"], mail["cost_per"]["Won"]) == (1.0, 0.0, None)
    # The default campaign's own insert is nobody's response.
    assert (web["targeted"], web["responses"]["gross"], web["response_rate"], web["rates"]["MQL"]) == (0, 0, None, None)
    assert (web["inserted"]["responses"], web["inserted"]["stages"]["MQL"], web["stages"]["MQL"]) == (1, 1, 0)


def test_each_definition_is_explained():
    told = (Path(__file__).parents[3] / "docs" / "measures.md").read_text(encoding="utf-8")
    assert [name for name in measures.DEFINITIONS.values() if f"`{name}`" not in told] == []


def test_the_shares_of_each_model_add_up_and_name_their_points(settings, tmp_path, capsys):
    found = lines(settings, written(tmp_path / "h.jsonl", HISTORY), capsys, "share")
    told = [(one["model"], one["opportunity_id"], one["response_id"], one["points"], one["amount"]) for one in found]
    assert told == [
        ("active_response", "o1", "r1", 100, 1000.01),
        ("even", "o1", "m1", 100, 333.34),
        ("even", "o1", "r1", 100, 333.34),
        ("even", "o1", "r2", 100, 333.33),
        ("old", "o1", "m1", 2, 1000.01),
        ("u", "o1", "m1", 40, 400.01),
        ("u", "o1", "r1", 20, 200),
        ("u", "o1", "r2", 40, 400),
        # Nobody responded: the amount belongs to no campaign.
        *((model, "o2", None, 0, 50) for model in ("active_response", "even", "old", "u")),
    ]
    assert found[0] == {
        "record": "share",
        "model": "active_response",
        "opportunity_id": "o1",
        "campaign_id": "fair",
        "response_id": "r1",
        "points": 100.0,
        "amount": 1000.01,
        "currency": "EUR",
    }


def test_told_twice_and_out_of_order_it_is_the_same(settings, tmp_path, capsys):
    expected = lines(settings, written(tmp_path / "h.jsonl", HISTORY), capsys, "metric,share")
    twice = [*HISTORY, *HISTORY]
    random.Random(7).shuffle(twice)
    assert lines(settings, written(tmp_path / "twice.jsonl", twice), capsys, "metric,share") == expected


def test_what_was_merged_counts_once(settings, tmp_path, capsys):
    merged = [
        *HISTORY,
        response(26, "m2", "p5", "mail"),
        event(80, "People Merged", survivor_id="p1", merged_ids=["p5"]),
    ]
    mail = lines(settings, written(tmp_path / "h.jsonl", merged), capsys, "metric")[1]
    assert (mail["targeted"], mail["responses"]) == (1, {"gross": 2, "unique": 1, "positive": 0})


def test_tables_show_the_same(settings, tmp_path, capsys):
    history = written(tmp_path / "h.jsonl", HISTORY)
    arguments = ["simulate", "--settings", str(settings), str(history), "--records", "metric,share"]
    assert main([*arguments, "--format", "table"]) == 0
    out = capsys.readouterr().out
    assert [line.split() for line in out.splitlines() if line.startswith(("Trade", "u "))] == [
        ["Trade", "fair", "3", "1", "50.0%", "1", "1", "1", "1,000.01", "EUR"],
        ["u", "o1", "mail", "40", "400.01", "EUR"],
        ["u", "o1", "Trade", "fair", "20", "200.0", "EUR"],
        ["u", "o1", "Trade", "fair", "40", "400.0", "EUR"],
        ["u", "o2", "-", "0", "50.0", "-"],
    ]


PEOPLE, NAMES = ["p1", "p2", "p3"], ["fair", "mail", "web"]
members = st.builds(
    lambda hour, name, campaign, responded, kind: response(
        hour, f"{name}-{campaign}", PEOPLE[name % 3], campaign, responded, response_type=kind
    ),
    st.integers(1, 400),
    st.integers(0, 5),
    st.sampled_from(NAMES),
    st.booleans(),
    st.sampled_from(["Attended", "Hard Bounce", "Clicked", None]),
)
changes = st.builds(
    lambda hour, name, values: person(hour, name, **values),
    st.integers(1, 400),
    st.sampled_from(PEOPLE),
    st.fixed_dictionaries(
        {},
        optional={"score": st.sampled_from([10, 70]), "status": st.sampled_from(["New", "Open", "Working", "Nurture"])},
    ),
)
opportunities = st.builds(
    lambda hour, name, who, amount, won: event(
        hour,
        "Opportunity Changed",
        opportunity_id=name,
        person_ids=who,
        amount=amount / 100,
        currency="EUR",
        **({"is_closed": True, "is_won": True} if won else {}),
    ),
    st.integers(1, 400),
    st.sampled_from(["o1", "o2"]),
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True),
    st.integers(0, 10**9),
    st.booleans(),
)
histories = st.lists(members | changes | opportunities, max_size=25, unique_by=lambda one: one["time"])


def simulated(events: Sequence[dict[str, Any]]) -> tuple[Simulation, list[Any]]:
    simulation = Simulation(DOCUMENT)
    simulation.keep_journeys()
    ordered = sorted([*CAMPAIGNS, *events], key=lambda one: one["time"])
    return simulation, [explained.decision for explained in played(simulation, enumerate(ordered, 1))]


@given(histories)
def test_the_counts_are_those_of_an_independent_count(events):
    simulation, decisions = simulated(events)
    found = {one.campaign_id: one for one in measured(simulation).metrics}
    last: dict[str, dict[str, Any]] = {}
    for one in sorted(events, key=lambda one: one["time"]):
        if one["detail-type"] == "Response Recorded":
            last[one["detail"]["response_id"]] = one["detail"]
    members: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    responded: set[str] = set()
    for one in sorted(events, key=lambda one: one["time"]):
        told = one["detail"]
        # A message that did not arrive is no response, whatever is said. Once a response, always one.
        if one["detail-type"] == "Response Recorded" and told["responded"] and told["response_type"] != "Hard Bounce":
            responded.add(told["response_id"])
    for name, detail in last.items():
        members[detail["campaign_id"]][detail["person_id"]].append({**detail, "responded": name in responded})
    for campaign in NAMES:
        of_campaign, counts = members[campaign], found[campaign].counts
        answers = {who: [one for one in held if one["responded"]] for who, held in of_campaign.items()}
        assert counts.targeted == len(of_campaign)
        assert counts.gross == sum(map(len, answers.values()))
        assert counts.unique == sum(1 for held in answers.values() if held)
        assert counts.positive == sum(any(o["response_type"] == "Attended" for o in held) for held in answers.values())
        assert counts.hard_bounces == sum(
            not answers[who] and any(one["response_type"] == "Hard Bounce" for one in held)
            for who, held in of_campaign.items()
        )
    credit: Counter[str] = Counter()
    for decision in decisions:
        if decision.activates:
            credit[decision.campaign_id] += 1
            if decision.replaced_campaign_id:
                credit[decision.replaced_campaign_id] -= 1
    assert {name: found[name].counts.stages["MQL"] + found[name].inserted.stages["MQL"] for name in NAMES} == {
        name: credit[name] for name in NAMES
    }


@given(histories)
def test_the_shares_of_every_won_deal_add_up_to_its_amount(events):
    simulation, _ = simulated(events)
    won: dict[str, int] = {}
    ordered = sorted(events, key=lambda one: one["time"])
    for one in ordered:
        if one["detail-type"] == "Opportunity Changed":
            detail = one["detail"]
            is_won = detail.get("is_won") or detail["opportunity_id"] in won
            if is_won:
                won[detail["opportunity_id"]] = round(detail["amount"] * 100)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    found = measured(simulation).deals
    for share in shares(found, models_of(DOCUMENT)):
        sums[share.model][share.deal.opportunity_id] += share.units
    amounts = {deal.opportunity_id: deal.units for deal in found}
    assert set(amounts) == set(won)
    # An engagement's amount is that at its end; without one, the last counts.
    free = {deal.opportunity_id for deal in found if deal.active_response_id is None}
    assert {name: amounts[name] for name in free} == {name: won[name] for name in free}
    for model in models_of(DOCUMENT):
        assert sums[model] == Counter(amounts)
    metrics = measured(simulation).metrics
    brought = sum(one.counts.won["EUR"] + one.inserted.won["EUR"] for one in metrics)
    assert brought == sum(units for name, units in amounts.items() if name not in free)


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ({"attribution": {"models": {"m": {}}}}, "attribution.models.m"),
        ({"attribution": {"models": {"m": {"frist": 1}}}}, "attribution.models.m.frist"),
        ({"attribution": {"models": {"m": {"preset": "z_shaped"}}}}, "attribution.models.m.preset"),
        ({"attribution": {"models": {"m": {"first": "40"}}}}, "attribution.models.m.first"),
        ({"attribution": {"models": {"m": {"recency": {}}}}}, "attribution.models.m.recency.half_life_days"),
        (
            {"attribution": {"models": {"m": {"recency": {"half_life_days": 0}}}}},
            "attribution.models.m.recency.half_life_days",
        ),
        ({"attribution": {"models": {"active_response": {"first": 1}}}}, "attribution.models.active_response"),
        ({"books": {"close_on_day": 29}}, "books.close_on_day"),
        ({"responses": {"positive": "Attended"}}, "responses.positive"),
        ({"responses": {"dark_after_days": -1}}, "responses.dark_after_days"),
    ],
)
def test_a_fault_of_the_settings_names_its_place(section, path):
    assert [at for at, _ in faults({"person_statuses": {}, **section})] == [path]
