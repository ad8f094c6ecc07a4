"""Decisions and journeys kept in DynamoDB. Both kinds of id begin with the name of the partition they are in."""

from dataclasses import dataclass
from typing import Any

from rekindle.adapters.dynamodb import encoding
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem
from rekindle.application.ports import Page
from rekindle.domain.decision import Decision, digest
from rekindle.domain.errors import Conflict
from rekindle.domain.events import entry_id, told_by
from rekindle.domain.journey import Entry


def ledger_item(record: Decision | Entry) -> LedgerItem:
    named = record.decision_id if isinstance(record, Decision) else entry_id(record)
    return LedgerItem(
        person=digest(record.person_id),
        entry=named,
        kind=encoding.kind_of(record),
        announce="yes" if told_by(record) else None,
        body=encoding.encoded(record),
    )


def record_of(kind: str, body: dict[str, Any]) -> Decision | Entry:
    return encoding.decision(body) if kind == "decision" else encoding.entry(kind, body)


@dataclass(frozen=True)
class DynamoDBLedger:
    def get(self, decision_id: str) -> Decision | None:
        person = decision_id.partition("-")[0]
        if not person or person == decision_id:
            return None
        with our_errors():
            try:
                item = LedgerItem.get(person, decision_id, consistent_read=True)
            except LedgerItem.DoesNotExist:
                return None
        return encoding.decision(item.body) if item.kind == "decision" else None

    def add(self, decision: Decision) -> Decision:
        try:
            with our_errors():
                ledger_item(decision).save(LedgerItem.person.does_not_exist())
        except Conflict:
            stored = self.get(decision.decision_id)
            if stored is None:
                raise
            return stored
        return decision

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        page = self._page(person_id, limit, start, decisions_only=True)
        return Page([encoding.decision(item.body) for item in page.items], page.next)

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        page = self._page(person_id, limit, start, decisions_only=False)
        return Page([record_of(item.kind, item.body) for item in page.items], page.next)

    def _page(
        self, person_id: str, limit: int, start: str | None, *, decisions_only: bool
    ) -> Page[LedgerItem]:
        person = digest(person_id)
        with our_errors():
            found = list(
                LedgerItem.query(
                    person,
                    LedgerItem.entry < start if start else None,
                    LedgerItem.kind == "decision" if decisions_only else None,
                    scan_index_forward=False,
                    limit=limit + 1,
                    consistent_read=True,
                )
            )
        return Page(found[:limit], found[limit - 1].entry if len(found) > limit else None)
