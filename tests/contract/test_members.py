"""The members of a campaign, and the list of campaigns: the same, newest first, on every adapter."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rekindle.application.ports.people import MemberState
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.person import Engagement, Person, Profile
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import Details, Response, ResponseState
from tests.contract.stores import NOW, Stores

DAY = timedelta(days=1)
ODD = "c#t#1 é/%"
"""A campaign's id may hold whatever separates the parts of a key."""


def member(number: int, campaign_id: str = "c", *, responded: bool = True, **values: Any) -> Response:
    at = NOW - number * DAY
    state = ResponseState(responded, at if responded else None, at, **values)
    return Response(f"r{number}", campaign_id, state, Details())


def write(stores: Stores, person_id: str, *responses: Response, **values: Any) -> None:
    before = stores.people.get(person_id) or Person(person_id, profile=Profile())
    after = replace(before, version=before.version + 1, **values)
    stores.people.commit(Change(after, before.version, responses, classes={}))


def listed(stores: Stores, state: MemberState, campaign_id: str = "c", **asked: Any) -> list[str]:
    page = stores.people.members(campaign_id, state, 10, **asked)
    return [response.response_id for _, response in page.items]


@pytest.fixture
def known(stores: Stores) -> Stores:
    write(stores, "p1", member(3), member(1, responded=False), member(4, ODD), member(5, "c2"))
    write(stores, "p2", member(2), member(6, responded=False), member(7, deleted=True))
    active = Engagement("r2", "c", 1, NOW - 2 * DAY, "d", "score")
    write(stores, "p2", member(2), active=active)
    return stores


def test_members_are_listed_by_their_state_newest_first(known: Stores) -> None:
    assert listed(known, MemberState.TARGETED) == ["r1", "r2", "r3", "r6"]
    assert listed(known, MemberState.RESPONDED) == ["r2", "r3"]
    assert listed(known, MemberState.DARK, before=NOW - 5 * DAY) == ["r6"]
    assert listed(known, MemberState.ACTIVE) == ["r2"]
    assert listed(known, MemberState.TARGETED, ODD) == ["r4"]
    assert listed(known, MemberState.TARGETED, "c#t") == []


def test_a_member_comes_whole_and_with_its_person(known: Stores) -> None:
    ((person_id, response),) = known.people.members("c", MemberState.ACTIVE, 10).items
    assert (person_id, response) == ("p2", known.people.get_response("p2", "r2"))


def test_members_come_a_page_at_a_time(known: Stores) -> None:
    seen, start = [], None
    while True:
        page = known.people.members("c", MemberState.TARGETED, 1, start)
        seen += [response.response_id for _, response in page.items]
        start = page.next
        if start is None:
            break
    assert seen == ["r1", "r2", "r3", "r6"]


def test_a_member_is_listed_by_what_it_did_last(known: Stores) -> None:
    write(known, "p2", member(6), member(2), active=None)
    assert listed(known, MemberState.RESPONDED) == ["r2", "r3", "r6"]
    assert listed(known, MemberState.DARK, before=NOW) == ["r1"]
    assert listed(known, MemberState.ACTIVE) == []
    write(known, "p2", member(6, deleted=True))
    assert listed(known, MemberState.RESPONDED) == ["r2", "r3"]


def test_campaigns_are_listed_newest_first_by_their_newest_version(stores: Stores) -> None:
    campaigns = stores.records(CAMPAIGN)
    for number in range(3):
        at = NOW + number * timedelta(milliseconds=1)
        campaigns.put(Campaign(f"c{number}", version=1, changed_at=at), 0)
    campaigns.put(Campaign("c0", "First", version=2, changed_at=NOW + DAY), 1)
    first = campaigns.newest(2)
    second = campaigns.newest(2, first.next)
    assert [one.campaign_id for one in first.items] == ["c2", "c1"]
    assert ([(one.campaign_id, one.name) for one in second.items], second.next) == ([("c0", "First")], None)


def test_a_campaign_that_is_there_is_not_listed_again(stores: Stores) -> None:
    stores.records(CAMPAIGN).put(Campaign("c", version=1, changed_at=NOW), 0)
    with pytest.raises(Conflict):
        stores.records(CAMPAIGN).put(Campaign("c", version=1, changed_at=NOW + DAY), 0)
    assert len(stores.records(CAMPAIGN).newest(10).items) == 1


def test_campaigns_of_one_instant_are_all_listed(stores: Stores) -> None:
    for number in range(20):
        stores.records(CAMPAIGN).put(Campaign(f"c{number}", version=1, changed_at=NOW), 0)
    assert len(stores.records(CAMPAIGN).newest(50).items) == 20
