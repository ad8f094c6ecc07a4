"""Decisions and journeys kept in DynamoDB. Both kinds of id begin with the name of the partition they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import encoding, ledger_encoding, writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.retention import DEFAULT, Retention, expiry
from rekindle.adapters.dynamodb.tables import LedgerItem, compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.application.ports import Page
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.imports.file_import import ImportEnded
from rekindle.domain.lifecycle.journey import Entry, Interacted, entry_id
from rekindle.domain.notifications.events import events_from
from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.reactivation.request import Call
from rekindle.domain.responses.member_change import KEPT, MemberChange

_CALL, _MEMBER, _INTERACTION = "call", "member", "interaction"


SHARDS = 4
"""Partitions of the list of decisions."""


def ledger_image(record: Decision | Entry, expires: int | None = None, *, listed: bool = False) -> Image:
    """`expires`: when DynamoDB may delete the record; None: never. `listed`: whether a decision is listed beside those
    of other people."""
    place = _place(record) if listed and isinstance(record, Decision) else None
    image = writes.texts(
        {
            "person": digest(record.person_id),
            "entry": record.decision_id if isinstance(record, Decision) else entry_id(record),
            "kind": ledger_encoding.kind_of(record),
            "announce": "yes" if events_from(record) else None,
            "waits": "yes" if isinstance(record, Decision) and _begins_a_wait(record) else None,
            "body": compact(ledger_encoding.body_of(record)),
            "due_shard": place[0] if place is not None else None,
            "due_at": place[1] if place is not None else None,
        }
    )
    return image if expires is None else {**image, "expires": writes.number(expires)}


def _place(decision: Decision) -> tuple[str, str]:
    """Where a decision is listed: in a list for those that gave credit, or the one for those that were skipped."""
    shard = int(digest(decision.decision_id)[:8], 16) % SHARDS
    at = f"{times.sortable(decision.decided_at)}#{decision.decision_id}"
    return _list_of(decision.outcome is Outcome.SKIPPED, shard), at


def _list_of(skipped: bool, shard: int) -> str:
    return f"decision#{'skipped' if skipped else 'made'}#{shard}"


def _members(transaction: str, campaign_id: str) -> str:
    return f"members#{digest(transaction, campaign_id)}"


def _begins_a_wait(decision: Decision) -> bool:
    return decision.assignment is not None and decision.assignment.waits


@dataclass(frozen=True)
class DynamoDBLedger:
    connection: Connection
    retention: Retention = DEFAULT

    def get(self, decision_id: str) -> Decision | None:
        person = decision_id.partition("-")[0]
        if not person or person == decision_id:
            return None
        with our_errors():
            try:
                item = LedgerItem.get(person, decision_id, consistent_read=True)
            except LedgerItem.DoesNotExist:
                return None
        return ledger_encoding.decision(item.body) if item.kind == "decision" else None

    def add(self, decision: Decision) -> Decision:
        image = ledger_image(decision, self.retention.decision_expires(), listed=self.retention.lists_decisions)
        request = writes.put(LedgerItem.Meta.table_name, image, writes.missing("person"))["Put"]
        try:
            with our_errors():
                self.connection.dispatch("PutItem", request)
        except Conflict:
            stored = self.get(decision.decision_id)
            if stored is None:
                raise
            return stored
        return decision

    def remember(self, call: Call) -> Call:
        # The sender's key is not stored: it may hold anything.
        partition, now = f"request#{digest(call.key)}", int(call.at.timestamp())
        kept = self.retention.requests if call.lifetime is not None else self.retention.event_requests
        item = LedgerItem(
            partition,
            _CALL,
            kind=_CALL,
            body={"content": call.content, "at": times.text(call.at)},
            expires=expiry(
                call.at, self.retention.event_requests if call.lifetime is None else self.retention.requests
            ),
        )
        try:
            with our_errors():
                # DynamoDB deletes what expired within days: until then it counts as gone.
                item.save(LedgerItem.person.does_not_exist() | (LedgerItem.expires < now))
        except Conflict:
            with our_errors():
                kept = LedgerItem.get(partition, _CALL, consistent_read=True).body
            return replace(call, content=kept["content"], at=times.instant(kept["at"]))
        return call

    def add_member_change(self, change: MemberChange) -> None:
        item = LedgerItem(
            _members(change.transaction, change.campaign_id),
            change.response_id,
            kind=_MEMBER,
            body=encoding.encoded(change),
            expires=int((change.at + KEPT).timestamp()),
        )
        with our_errors():
            item.save()

    def member_changes(self, transaction: str, campaign_id: str) -> Sequence[MemberChange]:
        with our_errors():
            bodies = [item.body for item in LedgerItem.query(_members(transaction, campaign_id), consistent_read=True)]
        return [encoding.value_of(MemberChange, body) for body in bodies]

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        page = self._page(person_id, limit, start, decisions_only=True)
        return Page([ledger_encoding.decision(item.body) for item in page.items], page.next)

    def decided(
        self, since: datetime, until: datetime, limit: int, start: str | None = None, *, skipped: bool = False
    ) -> Page[Decision]:
        first, last = times.sortable(since), start or times.sortable(until)
        with our_errors():
            rows = sorted(
                (
                    (str(item.due_at), item.body)
                    for shard in range(SHARDS)
                    for item in LedgerItem.due.query(
                        _list_of(skipped, shard),
                        LedgerItem.due_at.between(first, last),
                        limit=limit + 2,
                        scan_index_forward=False,
                    )
                    if item.due_at != last
                ),
                key=lambda row: row[0],
                reverse=True,
            )
        found = [ledger_encoding.decision(body) for _, body in rows[:limit]]
        return Page(found, rows[limit - 1][0] if len(rows) > limit else None)

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        page = self._page(person_id, limit, start, decisions_only=False)
        return Page([ledger_encoding.record(item.kind, item.body) for item in page.items], page.next)

    def interactions(self, person_id: str, since: datetime, until: datetime) -> Sequence[Interacted]:
        person = digest(person_id)
        first, last = (f"{person}-{times.millis(at):015d}" for at in (since, until))
        with our_errors():
            # Behind an instant follows what happened: the sign after "-" ends what is within it.
            items = LedgerItem.query(person, LedgerItem.entry.between(first, f"{last}."), consistent_read=True)
            records = [ledger_encoding.record(item.kind, item.body) for item in items if item.kind == _INTERACTION]
        return [one for one in records if isinstance(one, Interacted)]

    def add_import(self, ended: ImportEnded) -> None:
        item = LedgerItem(
            f"import#{ended.import_id}",
            ended.state,
            kind=ledger_encoding.kind_of(ended),
            announce="yes",
            body=ledger_encoding.body_of(ended),
            expires=self.retention.decision_expires(),
        )
        with our_errors():
            item.save()

    def put_interaction(self, now: Interacted, before: Interacted | None) -> None:
        item = ledger_image(now, self.retention.decision_expires())
        with our_errors():
            self.connection.dispatch("PutItem", {"TableName": LedgerItem.Meta.table_name, "Item": item})
            if before is not None and entry_id(before) != entry_id(now):
                LedgerItem(digest(before.person_id), entry_id(before)).delete()

    def _page(self, person_id: str, limit: int, start: str | None, *, decisions_only: bool) -> Page[LedgerItem]:
        person = digest(person_id)
        with our_errors():
            items = list(
                LedgerItem.query(
                    person,
                    LedgerItem.entry < start if start else None,
                    LedgerItem.kind == "decision" if decisions_only else None,
                    scan_index_forward=False,
                    limit=limit + 1,
                    consistent_read=True,
                )
            )
        return Page(items[:limit], items[limit - 1].entry if len(items) > limit else None)
