"""Record what a CRM says of the records that have no more rules than their fields have: one use case for all kinds."""

from dataclasses import dataclass
from typing import Any

from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, contended
from rekindle.application.ports import Clock
from rekindle.application.ports.records import Records, RecordStores
from rekindle.domain.capture.applying import apply_change, apply_deletion
from rekindle.domain.capture.erasing import without_name
from rekindle.domain.capture.facts import RecordChanged, RecordDeleted, UserDeleted
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.user import USER


@dataclass(frozen=True)
class RecordReference:
    stores: RecordStores
    clock: Clock

    def __call__(self, fact: RecordChanged) -> Recorded:
        """Read, change, and write on condition; where somebody was faster, read again."""
        kind, records = fact.kind, self.stores(fact.kind)
        for _ in ATTEMPTS:
            stored = records.get(fact.record_id)
            changed, applied = apply_change(stored or kind.record(fact.record_id), fact.values, fact.stamp)
            if stored is not None and not applied.values:
                return Recorded(0, applied.older, applied.duplicate)
            # An event that names the record and says nothing else makes it known all the same.
            if self._put(kind, records, replace(changed, version=changed.version or 1), stored):
                return Recorded(1, applied.older, applied.duplicate)
        raise contended()

    def delete(self, fact: RecordDeleted) -> Recorded:
        """The record is kept as deleted, with its fields: what refers to it can still name it."""
        kind, records = fact.kind, self.stores(fact.kind)
        for _ in ATTEMPTS:
            stored = records.get(fact.record_id)
            deleted = apply_deletion(stored or kind.record(fact.record_id), fact.stamp)
            if deleted is None:
                return Recorded(older=1)
            if self._put(kind, records, deleted, stored):
                return Recorded(1)
        raise contended()

    def delete_user(self, fact: UserDeleted) -> Recorded:
        """The user is inactive, and nameless in every version; the role and the like stay, for past decisions."""
        gone = {"is_active": False, "name": None, "email": None}
        recorded = self(RecordChanged(USER, fact.user_id, fact.stamp, gone))
        if recorded.applied or recorded.duplicate:
            self.stores(USER).rewrite(fact.user_id, lambda user: without_name(user, fact.stamp))
        return recorded

    def _put(self, kind: Kind[Any], records: Records[Any], record: Any, stored: Any) -> bool:
        if kind.versioned:
            record = replace(record, changed_at=self.clock())
        try:
            records.put(record, stored.version if stored else 0)
        except Conflict:
            return False
        return True
