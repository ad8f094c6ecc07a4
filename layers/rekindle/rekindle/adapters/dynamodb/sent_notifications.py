"""Stamps of notifications: small items in the ledger that expire, claimed and kept by conditions."""

import math
from datetime import datetime

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem
from rekindle.application.ports.notifications import CLAIMED, SENT_KEPT, Claim
from rekindle.domain.core.errors import Conflict

_NOTICE = "notice"


class DynamoDBSentNotifications:
    def claim(self, event_id: str, now: datetime) -> Claim:
        item = _item(event_id, now + CLAIMED, sent=False)
        try:
            with our_errors():
                # What ran out counts as gone: DynamoDB deletes it within days.
                item.save(LedgerItem.person.does_not_exist() | (LedgerItem.expires <= int(now.timestamp())))
        except Conflict:
            return self._claim_of(event_id)
        return Claim.OURS

    def _claim_of(self, event_id: str) -> Claim:
        with our_errors():
            try:
                kept = LedgerItem.get(_partition(event_id), _NOTICE, consistent_read=True)
            except LedgerItem.DoesNotExist:
                return Claim.ANOTHERS
        return Claim.SENT if kept.body["sent"] else Claim.ANOTHERS

    def sent(self, event_id: str, now: datetime) -> None:
        with our_errors():
            _item(event_id, now + SENT_KEPT, sent=True).save()


def _item(event_id: str, until: datetime, *, sent: bool) -> LedgerItem:
    return LedgerItem(
        _partition(event_id), _NOTICE, kind=_NOTICE, body={"sent": sent}, expires=math.ceil(until.timestamp())
    )


def _partition(event_id: str) -> str:
    return f"notice#{event_id}"
