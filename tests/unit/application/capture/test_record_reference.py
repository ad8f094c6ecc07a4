"""What a CRM tells of campaigns, accounts, queues and users."""

import pytest

from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.records.account import Account
from rekindle.domain.records.user import USER, User
from tests.support.builders import (
    Rekindle,
    account_changed,
    account_deleted,
    campaign_changed,
    campaign_deleted,
    queue_changed,
    user_changed,
)


@pytest.fixture
def rekindle() -> Rekindle:
    return Rekindle()


def campaign(rekindle: Rekindle) -> Campaign:
    found = rekindle.use.ports.records(CAMPAIGN).get("c1")
    assert found is not None
    return found


def user(rekindle: Rekindle) -> User:
    found = rekindle.use.ports.records(USER).get("u1")
    assert found is not None
    return found


def test_each_change_of_a_campaign_is_a_new_version(rekindle: Rekindle):
    rekindle.tell(campaign_changed("c1", 1, name="Webinar"), campaign_changed("c1", 2, precedence=3))
    assert (campaign(rekindle).version, campaign(rekindle).name, campaign(rekindle).precedence) == (2, "Webinar", 3)


def test_a_campaign_may_be_told_by_its_id_alone(rekindle: Rekindle):
    assert rekindle.tell(campaign_changed("c1", 1)).applied == 1
    assert campaign(rekindle).is_active


def test_a_second_delivery_is_no_new_version(rekindle: Rekindle):
    fact = campaign_changed("c1", 1, name="Webinar")
    rekindle.tell(fact)
    recorded = rekindle.tell(fact)
    assert (recorded.applied, recorded.duplicate, campaign(rekindle).version) == (0, 1, 1)


def test_an_older_change_is_dropped_and_counted(rekindle: Rekindle):
    rekindle.tell(campaign_changed("c1", 2, name="New"))
    assert rekindle.tell(campaign_changed("c1", 1, name="Old")).older == 1
    assert campaign(rekindle).name == "New"


def test_a_cleared_field_takes_its_default(rekindle: Rekindle):
    rekindle.tell(campaign_changed("c1", 1, is_active=False, name="Webinar"))
    rekindle.tell(campaign_changed("c1", 2, is_active=None, name=None))
    assert (campaign(rekindle).is_active, campaign(rekindle).name) == (True, None)


def test_a_deleted_campaign_keeps_its_name_for_the_credit_it_was_given(rekindle: Rekindle):
    rekindle.tell(campaign_changed("c1", 1, name="Webinar"), campaign_deleted("c1", 2))
    assert (campaign(rekindle).deleted, campaign(rekindle).name) == (True, "Webinar")


def test_a_deletion_is_told_once(rekindle: Rekindle):
    rekindle.tell(campaign_deleted("c1", 2))
    assert rekindle.tell(campaign_deleted("c1", 2)).applied == 0


def test_a_change_from_before_the_deletion_does_not_restore_a_campaign(rekindle: Rekindle):
    rekindle.tell(campaign_deleted("c1", 2), campaign_changed("c1", 1, name="Webinar"))
    assert campaign(rekindle).deleted


def test_a_change_from_after_the_deletion_restores_a_campaign(rekindle: Rekindle):
    rekindle.tell(campaign_deleted("c1", 2), campaign_changed("c1", 3, name="Webinar"))
    assert not campaign(rekindle).deleted


def test_a_user_s_named_values_are_merged(rekindle: Rekindle):
    rekindle.tell(user_changed("u1", 1, role="SDR", fields={"region": "EMEA"}))
    rekindle.tell(user_changed("u1", 2, fields={"tier": "A"}))
    assert (user(rekindle).role, user(rekindle).fields) == ("SDR", {"region": "EMEA", "tier": "A"})


def test_a_user_s_named_value_can_be_cleared(rekindle: Rekindle):
    rekindle.tell(user_changed("u1", 1, fields={"region": "EMEA", "tier": "A"}))
    rekindle.tell(user_changed("u1", 2, fields={"region": None}))
    assert user(rekindle).fields == {"tier": "A"}


def test_an_older_change_of_a_user_is_dropped(rekindle: Rekindle):
    rekindle.tell(user_changed("u1", 2, role="SDR"))
    assert rekindle.tell(user_changed("u1", 1, role="AE")).older == 1
    assert user(rekindle).role == "SDR"


def account(rekindle: Rekindle) -> Account:
    found = rekindle.use.ports.reference.account("a1")
    assert found is not None
    return found


def test_fields_of_an_account_are_told_apart(rekindle: Rekindle):
    rekindle.tell(account_changed("a1", 2, owner_id="u1"), account_changed("a1", 1, owner_id="u0", name="Acme"))
    assert (account(rekindle).owner_id, account(rekindle).name) == ("u1", "Acme")


def test_a_team_is_told_as_a_whole_and_may_be_cleared(rekindle: Rekindle):
    rekindle.tell(account_changed("a1", 1, team={"SDR": "u1", "AE": "u2"}), account_changed("a1", 2, team={"AE": "u3"}))
    assert account(rekindle).team == {"AE": "u3"}
    rekindle.tell(account_changed("a1", 3, team=None))
    assert account(rekindle).team == {}


def test_a_second_delivery_of_an_account_is_no_new_version(rekindle: Rekindle):
    fact = account_changed("a1", 1, name="Acme")
    rekindle.tell(fact)
    assert (rekindle.tell(fact).duplicate, account(rekindle).version) == (1, 1)


def test_a_deleted_account_stays_deleted_until_a_later_change(rekindle: Rekindle):
    rekindle.tell(account_changed("a1", 1, name="Acme"), account_deleted("a1", 3), account_changed("a1", 2, name="Old"))
    assert (account(rekindle).deleted, account(rekindle).name) == (True, "Acme")
    assert rekindle.tell(account_deleted("a1", 3)).applied == 0
    rekindle.tell(account_changed("a1", 4, name="Acme again"))
    assert not account(rekindle).deleted


def test_members_of_a_queue_are_told_as_a_whole(rekindle: Rekindle):
    rekindle.tell(
        queue_changed("q1", 1, name="Inbound", member_ids=("u1", "u2")), queue_changed("q1", 2, member_ids=())
    )
    queue = rekindle.use.ports.reference.queue("q1")
    assert queue is not None
    assert (queue.name, queue.member_ids, queue.version) == ("Inbound", (), 2)
