"""Sent notifications: one claims, a claim runs out, and what was sent stays sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from rekindle.application.ports.notifications import CLAIMED, SENT_KEPT, Claim
from tests.contract.stores import NOW, Stores, Tables

SECOND = timedelta(seconds=1)


def test_the_first_claims_and_the_next_does_not(stores: Stores) -> None:
    assert [stores.sent_notifications.claim("n", NOW) for _ in range(3)] == [Claim.OURS, Claim.ANOTHERS, Claim.ANOTHERS]
    assert stores.sent_notifications.claim("another", NOW) is Claim.OURS


def test_a_claim_runs_out(stores: Stores) -> None:
    stores.sent_notifications.claim("n", NOW)
    assert stores.sent_notifications.claim("n", NOW + CLAIMED - SECOND) is Claim.ANOTHERS
    assert stores.sent_notifications.claim("n", NOW + CLAIMED) is Claim.OURS
    assert stores.sent_notifications.claim("n", NOW + CLAIMED) is Claim.ANOTHERS


def test_what_was_sent_is_not_claimed_again(stores: Stores) -> None:
    stores.sent_notifications.claim("n", NOW)
    stores.sent_notifications.sent("n", NOW)
    for later in (timedelta(), CLAIMED, SENT_KEPT - SECOND):
        assert stores.sent_notifications.claim("n", NOW + later) is Claim.SENT


def test_after_a_month_it_is_forgotten(stores: Stores) -> None:
    stores.sent_notifications.sent("n", NOW)
    assert stores.sent_notifications.claim("n", NOW + SENT_KEPT) is Claim.OURS


def test_of_many_at_once_one_claims(stores: Stores) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: stores.sent_notifications.claim("race", NOW), range(24)))
    assert found.count(Claim.OURS) == 1
    assert found.count(Claim.ANOTHERS) == 23


def test_a_mark_stands_in_nobody_s_timeline_and_expires(tables: Tables) -> None:
    tables.sent_notifications.claim("n", NOW)
    tables.sent_notifications.sent("n", NOW)
    (item,) = tables.client.scan(TableName=tables.names.ledger)["Items"]
    assert int(item["expires"]["N"]) == int((NOW + SENT_KEPT).timestamp())
    assert "announce" not in item and "due_shard" not in item
