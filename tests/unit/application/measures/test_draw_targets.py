"""Target lists: who is meant by a query, who may not be contacted, and who becomes a member."""

import json
from typing import Any

import pytest

from rekindle.adapters.wire.events import facts_of
from rekindle.adapters.wire.targets import list_of, shown
from rekindle.domain.core.errors import InvalidField, NotDrawn, NotFound, UnknownCampaign
from tests.support.builders import (
    Rekindle,
    account_changed,
    campaign_changed,
    day,
    opportunity_changed,
    people_merged,
    person_changed,
    person_deleted,
    response_recorded,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.clock.now = day(500)
    rekindle.configure({"responses": {"dark_after_days": 20}})
    rekindle.tell(
        campaign_changed("fair", type="Event", themes=("cost",)),
        campaign_changed("mail", type="Email"),
        campaign_changed("next"),
        account_changed("acme", type="Partner"),
        # Responded long ago, and lately.
        person_changed("old", 1, score=10, account_id="acme", fields={"region": "EMEA"}),
        response_recorded("r-old", "old", "fair", 2, channel="web"),
        person_changed("new", 1, score=10),
        response_recorded("r-new", "new", "fair", 480, channel="mail"),
        # Did not respond: long enough ago, and not.
        response_recorded("m-dark", "dark", "mail", 400, responded=False),
        response_recorded("m-fresh", "fresh", "mail", 490, responded=False),
        # Members of the mailing, one of whom responded by another record.
        response_recorded("m-late", "late", "mail", 400, responded=False),
        response_recorded("r-late", "late", "mail", 470),
        # Deals: won lately, won long ago, lost, lost with another that is open.
        *deal("o1", "buyer", 400, is_won=True),
        *deal("o2", "former", 10, is_won=True),
        *deal("o3", "loser", 100, amount=50_000),
        *deal("o4", "trying", 100),
        opportunity_changed("o5", "trying", at=120),
    )
    return rekindle


def deal(name: str, person: str, on: float, *, is_won: bool = False, amount: float = 100) -> list[Any]:
    return [
        person_changed(person, on - 1, score=10),
        opportunity_changed(name, person, at=on, amount=amount, product="crm"),
        opportunity_changed(name, person, at=on + 1, is_closed=True, is_won=is_won),
    ]


def drawn(rekindle: Rekindle, **query: Any) -> list[str]:
    made = rekindle.use.show_targets.create(list_of(json.dumps(query).encode()))
    rekindle.use.draw_targets.draw(made.list_id)
    return list(rekindle.use.ports.drawn_lists.get(made.list_id))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"population": "dormant"}, ["old"]),
        ({"population": "dormant", "days": 10}, ["late", "new", "old"]),
        ({"population": "customers"}, ["buyer"]),
        ({"population": "former_customers"}, ["former"]),
        ({"population": "former_customers", "days": 30}, ["buyer", "former"]),
        ({"population": "lost_deal"}, ["loser"]),
        ({"population": "lost_deal", "days": 450}, []),
        ({"population": "dark"}, ["dark"]),
        ({"population": "dark", "campaign_id": "fair"}, []),
        ({"population": "dark", "days": 5}, ["dark", "fresh"]),
        ({"where": {"person": {"fields.region": ["EMEA", "APAC"]}}}, ["old"]),
        ({"where": {"account": {"type": "Partner"}}}, ["old"]),
        ({"where": {"response": {"campaign_type": "Event", "channel": "web"}}}, ["old"]),
        ({"where": {"profile": {"channel": "mail"}}}, ["new"]),
        ({"where": {"profile": {"theme": ["cost", "risk"], "hour": {"at_least": 12}}}}, []),
        ({"where": {"profile": {"theme": ["cost", "risk"], "hour": {"at_least": 0}}}}, ["new", "old"]),
        # Of one response all of it.
        ({"where": {"response": {"campaign_type": "Email", "channel": "web"}}}, []),
        ({"where": {"response": {"responded": True, "responded_at": {"at_least": "2027-04-01"}}}}, ["late", "new"]),
        ({"where": {"opportunity": {"amount": {"at_least": 1000}, "is_won": False}}}, ["loser"]),
        ({"where": {"opportunity": {"product": "crm"}}}, ["buyer", "former", "loser", "trying"]),
    ],
)
def test_who_is_meant(rekindle: Rekindle, query: dict[str, Any], found: list[str]):
    assert drawn(rekindle, **query) == found


def test_a_profile_is_what_the_person_responds_to_most(rekindle: Rekindle):
    rekindle.tell(
        response_recorded("a", "old", "mail", 3, channel="mail", response_type="Attended"),
        response_recorded("b", "old", "mail", 4.25, channel="mail"),
        response_recorded("c", "old", "mail", 5, responded=False, channel="phone"),
        people_merged("new", "old", at=481),
    )
    person_id, found = rekindle.use.show_profile("old")
    assert (person_id, found.responses) == ("new", 4)
    assert found.facets["channel"] == (("mail", 3), ("web", 1))
    assert found.facets["campaign_type"] == (("Email", 2), ("Event", 2))
    assert found.facets["theme"] == (("cost", 2),)
    assert found.preferred["response_type"] == "Attended"
    with pytest.raises(NotFound):
        rekindle.use.show_profile("nobody")


def test_who_may_not_be_contacted_is_left_out_and_counted(rekindle: Rekindle):
    rekindle.tell(
        person_changed("buyer", 490, do_not_contact=True),
        person_changed("former", 490, undeliverable=True),
        person_deleted("loser", 490),
        people_merged("new", "trying", at=490),
    )
    assert drawn(rekindle, list_id="crm", where={"opportunity": {"product": "crm"}}) == ["new"]
    found = shown(rekindle.use.show_targets.shown("crm"))
    assert found["counts"] == {"targets": 1, "left_out": {"do_not_contact": 1, "undeliverable": 1}}
    assert (found["state"], found["sample"]) == ("drawn", ["new"])


def test_the_people_of_a_list_become_members_once(rekindle: Rekindle):
    drawn(rekindle, list_id="crm", where={"opportunity": {"product": "crm"}})
    targets, draw = rekindle.use.show_targets, rekindle.use.draw_targets
    rekindle.tell(person_changed("buyer", 499, do_not_contact=True), response_recorded("r9", "former", "next", 499))
    for _ in range(2):
        targets.target("crm", "next")
        rekindle.clock.now = day(501)
        draw.add("crm", "next")
        events, rekindle.memory.facts = list(rekindle.memory.facts), type(rekindle.memory.facts)()
        rekindle.tell(*(fact for event in events for fact in facts_of(event)))
    members = {
        person_id: [one.state.responded for one in found.values() if one.campaign_id == "next"]
        for person_id, found in rekindle.memory.responses.items()
    }
    assert {name: found for name, found in members.items() if found} == {
        "loser": [False],
        "trying": [False],
        "former": [True],
    }
    assert list(targets.shown("crm").targeted) == ["next"]


def test_what_cannot_be_targeted_changes_nothing(rekindle: Rekindle):
    targets = rekindle.use.show_targets
    with pytest.raises(NotFound):
        targets.target("nowhere", "next")
    made = targets.create(list_of(b'{"list_id": "a"}'))
    assert targets.create(list_of(b'{"list_id": "a"}')) == made
    with pytest.raises(InvalidField):
        targets.create(list_of(b'{"list_id": "a", "population": "dark"}'))
    with pytest.raises(NotDrawn):
        targets.target("a", "next")
    rekindle.use.draw_targets.draw("a")
    with pytest.raises(UnknownCampaign):
        targets.target("a", "nowhere")
    assert targets.shown("a").targeted == {}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"population": "nobody"}, "population"),
        ({"days": -1}, "days"),
        ({"whom": {}}, "whom"),
        ({"campaign_id": "fair"}, "campaign_id"),
        ({"where": {"task": {"kind": "call"}}}, "where.task"),
        ({"where": {"person": {}}}, "where.person"),
        ({"where": {"person": {"nickname": "x"}}}, "where.person.nickname"),
        ({"where": {"account": {"fields.x": 1}}}, "where.account.fields.x"),
        ({"where": {"opportunity": {"amount": {"above": 3}}}}, "where.opportunity.amount"),
        ({"where": {"response": {"responded_at": {"at_least": "soon"}}}}, "where.response.responded_at"),
        ({"where": {"person": {"status": []}}}, "where.person.status"),
    ],
)
def test_a_query_that_cannot_be_is_named_by_its_path(query: dict[str, Any], path: str):
    with pytest.raises(InvalidField) as refused:
        list_of(json.dumps(query).encode())
    assert refused.value.field == path
