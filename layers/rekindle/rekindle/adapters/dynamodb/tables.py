"""The tables as pynamodb models: keys, indexes, attributes. docs/decisions/0001-tables-and-keys.md says why.

Table names are bound late, by `connection.bind`: importing this module needs neither environment nor network.
"""

import json
from typing import Any

from pynamodb.attributes import JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex
from pynamodb.models import Model

PERSON = "person"
"""The range key of a person's own item. A response's is `R#` and its id."""
HOME = "home"
"""The range key of the item that says whose a response is. Its hash key is no person's: see `home_key`."""
CAND, BY_CAMPAIGN, ASSIGNED, OWED = "cand", "by_campaign", "assigned", "owed"


compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""JSON without what is there for the eye, and letters as they are: items are billed, and limited, by their bytes."""


def home_key(response_id: str) -> str:
    """The hash key of a response's home. An id has no control characters, so no person's key is like it."""
    return f"\x00response\x00{response_id}"


class CompactJSONAttribute(JSONAttribute):
    def serialize(self, value: Any) -> str | None:
        return None if value is None else compact(value)


class AssignedIndex(GlobalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """People by the state of their assignment, in order of what is due, or was activated, first."""

    class Meta:
        index_name = ASSIGNED
        projection = KeysOnlyProjection()

    assigned = UnicodeAttribute(hash_key=True)
    assigned_at = UnicodeAttribute(range_key=True)


class OwedIndex(GlobalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """People to whom sales owes something, by what their clocks do next."""

    class Meta:
        index_name = OWED
        projection = KeysOnlyProjection()

    owed = UnicodeAttribute(hash_key=True)
    owed_at = UnicodeAttribute(range_key=True)


class MailIndex(GlobalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """People by a digest of their e-mail address."""

    class Meta:
        index_name = "mail"
        projection = KeysOnlyProjection()

    mail = UnicodeAttribute(hash_key=True)
    person_id = UnicodeAttribute(range_key=True)


class PhoneIndex(GlobalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """People by the last digits of their telephone number."""

    class Meta:
        index_name = "phone"
        projection = KeysOnlyProjection()

    phone = UnicodeAttribute(hash_key=True)
    person_id = UnicodeAttribute(range_key=True)


class NameIndex(GlobalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """People by the beginning of their name, in a partition for the first letters."""

    class Meta:
        index_name = "name"
        projection = KeysOnlyProjection()

    name_head = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)


class MemberIndex(GlobalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """Responses by their campaign and by what became of them, in order of their dates."""

    class Meta:
        index_name = "members"
        projection = KeysOnlyProjection()

    member = UnicodeAttribute(hash_key=True)
    member_at = UnicodeAttribute(range_key=True)


class DateIndex(LocalSecondaryIndex["PeopleItem"]):  # type: ignore[no-untyped-call]
    """A person's responses in order of their dates, those left out that were deleted."""

    class Meta:
        index_name = "by_date"
        projection = KeysOnlyProjection()

    person_id = UnicodeAttribute(hash_key=True)
    member_at = UnicodeAttribute(range_key=True)


class PeopleItem(Model):
    """A person, or one of the person's responses: one item collection. And, each by itself, whose a response is, and
    who has an e-mail address.

    `cand` makes the sparse local index of the search: the person itself first, then the candidates, best first.
    """

    class Meta:
        table_name = ""

    person_id = UnicodeAttribute(hash_key=True)
    record = UnicodeAttribute(range_key=True)
    cand = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    core = CompactJSONAttribute(null=True)
    profile = CompactJSONAttribute(null=True)
    response_id = UnicodeAttribute(null=True)
    campaign_id = UnicodeAttribute(null=True)
    standing = CompactJSONAttribute(null=True)
    details = CompactJSONAttribute(null=True)
    trail = ListAttribute(of=UnicodeAttribute, null=True)
    assigned = UnicodeAttribute(null=True)
    assigned_at = UnicodeAttribute(null=True)
    by_assignment = AssignedIndex()
    owed = UnicodeAttribute(null=True)
    owed_at = UnicodeAttribute(null=True)
    by_clock = OwedIndex()
    member = UnicodeAttribute(null=True)
    member_at = UnicodeAttribute(null=True)
    by_member = MemberIndex()
    by_date = DateIndex()
    mail = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    name_head = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    watch = UnicodeAttribute(null=True)
    """`activated` on the very change that took a status from inactive to active, for the filter of the stream."""
    watch_due = UnicodeAttribute(null=True)
    """When the delay after that change is over."""
    identity = UnicodeAttribute(null=True)
    """`changed` on the very change after which others may turn out to be the same person, for the same."""


class ScoreItem(Model):
    """A person's score. `crossing` is `up` on the very change that crossed, for the filter of the stream."""

    class Meta:
        table_name = ""

    person_id = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    score = NumberAttribute(null=True)
    mark = UnicodeAttribute()
    crossing = UnicodeAttribute()
    crossed_from = NumberAttribute(null=True)
    crossed_to = NumberAttribute(null=True)
    crossed_mark = UnicodeAttribute(null=True)
    moved_to = UnicodeAttribute(null=True)
    rises = UnicodeAttribute(null=True)


class DueIndex(GlobalSecondaryIndex["LedgerItem"]):  # type: ignore[no-untyped-call]
    """ReactivationTimers by the instant they are due, and pairs of people by their state and the instant they were
    found: sparse, so it holds only what waits or was answered."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class LedgerItem(Model):
    """A decision, an entry of a journey, a timer that waits, a call by its key, a batch with its members, the mark of a
    notification, a counter of a pool, or a pair of people who may be one. The range key of the first two sorts by the
    instant that the item is about.

    `announce` is there only on what other systems are to hear of, for the filter of the stream.
    """

    class Meta:
        table_name = ""

    person = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    announce = UnicodeAttribute(null=True)
    waits = UnicodeAttribute(null=True)
    """`yes` on a decision with which a wait for an owner begins, for the filter of the stream."""
    body = CompactJSONAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    due = DueIndex()
    expires = NumberAttribute(null=True)
    """When DynamoDB may delete the item, in seconds since 1970."""
    version = NumberAttribute(null=True)
    """Of a batch, which is changed after each page."""


class ReferenceItem(Model):
    """One version of a campaign, an account, a queue, a user or the settings. The newest is the current one. Or an
    account as it is listed under a key of matching: `version` is then a number that stands for the account."""

    class Meta:
        table_name = ""

    record = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(range_key=True)
    changed_at = UnicodeAttribute()
    comment = UnicodeAttribute(null=True)
    published_by = UnicodeAttribute(null=True)
    body = CompactJSONAttribute()
