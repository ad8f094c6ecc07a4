"""Campaigns, users and settings: every field comes back, every version stays, and nobody overwrites another."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.dynamodb.reference import CachedReference
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.core.errors import Conflict
from rekindle.domain.records.queue import QUEUE, Queue
from rekindle.domain.records.user import USER, User
from rekindle.domain.settings.settings import Settings
from rekindle.domain.settings.stored_version import StoredVersion
from tests.contract.requests import Requests
from tests.contract.stores import NOW, Stores, Tables
from tests.contract.values import every_field, fresh, ids, instants, json_values, quickly, texts

# --- campaigns and users -------------------------------------------------------------------------------------------


@quickly
@given(st.data())
def test_every_field_of_a_campaign_comes_back(stores: Stores, data: st.DataObject) -> None:
    campaign = data.draw(every_field(Campaign, campaign_id=ids.map(fresh), version=st.just(1), changed_at=instants))

    stores.records(CAMPAIGN).put(campaign, 0)

    assert stores.records(CAMPAIGN).get(campaign.campaign_id) == campaign
    assert stores.reference.campaign(campaign.campaign_id) == campaign


@quickly
@given(st.data())
def test_every_field_of_a_user_comes_back(stores: Stores, data: st.DataObject) -> None:
    user = data.draw(every_field(User, user_id=ids.map(fresh), version=st.just(1)))

    stores.records(USER).put(user, 0)

    assert stores.records(USER).get(user.user_id) == user
    assert stores.reference.user(user.user_id) == user


def test_what_was_never_told_is_not_known(stores: Stores) -> None:
    assert stores.records(CAMPAIGN).get("c") is None
    assert stores.records(USER).get("u") is None
    assert stores.reference.campaign("c") is None
    assert stores.reference.campaign_at("c", NOW) is None
    assert stores.reference.user("u") is None


def test_a_campaign_is_written_over_the_version_that_was_read_alone(stores: Stores) -> None:
    first = Campaign("c", "First", version=1, changed_at=NOW)
    second = replace(first, name="Second", version=2)
    stores.records(CAMPAIGN).put(first, 0)
    stores.records(CAMPAIGN).put(second, 1)

    for stale in (0, 1):
        with pytest.raises(Conflict):
            stores.records(CAMPAIGN).put(replace(first, name="Stale", version=stale + 1), stale)

    assert stores.records(CAMPAIGN).get("c") == second


def test_a_user_is_written_over_the_version_that_was_read_alone(stores: Stores) -> None:
    first = User("u", "First", version=1)
    second = replace(first, name="Second", version=2)
    stores.records(USER).put(first, 0)
    stores.records(USER).put(second, 1)

    for stale in (0, 1):
        with pytest.raises(Conflict):
            stores.records(USER).put(replace(first, name="Stale", version=stale + 1), stale)

    assert stores.records(USER).get("u") == second


def test_a_campaign_is_known_as_it_was_at_any_instant(stores: Stores) -> None:
    versions = [Campaign("c", f"v{n}", version=n, changed_at=NOW + timedelta(days=n)) for n in range(1, 4)]
    for campaign in versions:
        stores.records(CAMPAIGN).put(campaign, campaign.version - 1)

    at = [stores.reference.campaign_at("c", NOW + timedelta(days=days)) for days in (0.5, 1, 1.5, 2, 2.9, 3, 99)]

    assert [campaign.version if campaign else None for campaign in at] == [None, 1, 1, 2, 2, 3, 3]


def test_a_user_is_known_as_it_was_at_any_instant(stores: Stores) -> None:
    versions = [User("u", role=f"v{n}", version=n, changed_at=NOW + timedelta(days=n)) for n in range(1, 4)]
    for user in versions:
        stores.records(USER).put(user, user.version - 1)

    at = [stores.reference.user_at("u", NOW + timedelta(days=days)) for days in (0.5, 1, 2.9, 3)]

    assert [user.version if user else None for user in at] == [None, 1, 2, 3]


# --- settings ------------------------------------------------------------------------------------------------------


@quickly
@given(document=st.dictionaries(texts, json_values, max_size=4))
def test_a_settings_document_comes_back_as_it_was(stores: Stores, document: Mapping[str, Any]) -> None:
    version = stores.versions.put(document, stores.versions.current()[0], NOW)

    assert stores.versions.current() == (version, document)
    assert stores.versions.get(version) == document


def test_there_are_no_settings_at_first(stores: Stores) -> None:
    assert stores.versions.current() == (0, {})
    assert [stores.versions.get(version) for version in (0, 1)] == [None, None]
    assert stores.versions.versions(10).items == []
    assert stores.reference.settings() == Settings()
    assert stores.reference.settings_at(0) == Settings()


def test_a_stored_version_of_the_settings_never_changes(stores: Stores) -> None:
    assert [stores.versions.put({"n": n}, n, NOW) for n in range(3)] == [1, 2, 3]

    for stale in (0, 1, 2):
        with pytest.raises(Conflict):
            stores.versions.put({"n": "another"}, stale, NOW)

    assert [stores.versions.get(version) for version in range(5)] == [None, {"n": 0}, {"n": 1}, {"n": 2}, None]
    assert stores.versions.current() == (3, {"n": 2})


def test_versions_are_listed_newest_first_in_pages(stores: Stores) -> None:
    for n in range(7):
        stores.versions.put({"n": n}, n, NOW + timedelta(days=n))
    expected = [StoredVersion(n, NOW + timedelta(days=n - 1)) for n in range(7, 0, -1)]

    for limit in range(1, 9):
        found, start, pages = [], None, 0
        while pages == 0 or start is not None:
            page = stores.versions.versions(limit, start)
            found.extend(page.items)
            start, pages = page.next, pages + 1
        assert found == expected
        assert pages == -(-7 // limit)


def test_a_version_keeps_its_comment_and_who_published_it(stores: Stores) -> None:
    stores.versions.put({"n": 1}, 0, NOW, "Less noise", "ada@example.com")
    assert stores.versions.versions(1).items == [StoredVersion(1, NOW, "Less noise", "ada@example.com")]


def test_decisions_read_the_settings_of_any_version(stores: Stores) -> None:
    stores.versions.put({"qualification": {"threshold": 10}}, 0, NOW)
    stores.versions.put({"qualification": {"threshold": 20}}, 1, NOW)

    assert stores.reference.settings().threshold == 20
    assert [stores.reference.settings_at(version).threshold for version in (0, 1, 2)] == [60, 10, 20]
    assert [stores.reference.settings_at(version).version for version in (0, 1, 2)] == [0, 1, 2]


# --- what is kept in memory ----------------------------------------------------------------------------------------


class Stopwatch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_what_is_known_is_asked_for_once_in_its_lifetime(tables: Tables) -> None:
    watch = Stopwatch()
    campaigns, users, versions = tables.records(CAMPAIGN), tables.records(USER), tables.versions
    reference = CachedReference(tables.records, versions, lifetime=5, now=watch)
    campaigns.put(Campaign("c", "Old", version=1), 0)
    users.put(User("u", "Old", version=1), 0)

    def read() -> tuple[object, ...]:
        campaign, user = reference.campaign("c"), reference.user("u")
        return campaign and campaign.name, user and user.name, reference.settings().version

    assert read() == ("Old", "Old", 0)
    campaigns.put(Campaign("c", "New", version=2), 1)
    users.put(User("u", "New", version=2), 1)
    versions.put({}, 0, NOW)
    watch.seconds = 4.9
    with Requests(tables.client) as requests:
        assert read() == ("Old", "Old", 0)
    assert requests.names == []

    watch.seconds = 5.1
    assert read() == ("New", "New", 1)


def test_what_is_not_known_yet_is_asked_for_again(tables: Tables) -> None:
    reference = CachedReference(tables.records, tables.versions, 5)
    assert reference.campaign("c") is None

    tables.records(CAMPAIGN).put(Campaign("c", version=1), 0)

    assert reference.campaign("c") is not None


def test_that_an_owner_is_no_known_user_or_queue_is_asked_for_once_in_its_lifetime(tables: Tables) -> None:
    watch = Stopwatch()
    reference = CachedReference(tables.records, tables.versions, lifetime=5, now=watch)
    assert (reference.user("o"), reference.queue("o")) == (None, None)
    tables.records(QUEUE).put(Queue("o", version=1), 0)
    with Requests(tables.client) as requests:
        assert (reference.user("o"), reference.queue("o")) == (None, None)
    assert requests.names == []

    watch.seconds = 5.1
    assert reference.user("o") is None
    assert reference.queue("o") is not None
