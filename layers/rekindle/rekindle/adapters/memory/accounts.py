"""Accounts in memory, and listed under the keys that matching asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from rekindle.adapters.memory.records import MemoryRecords
from rekindle.adapters.memory.state import Memory
from rekindle.domain.assignment.matching import Candidate, candidate_of, keys_of, place_of
from rekindle.domain.records.account import ACCOUNT, Account
from rekindle.domain.records.kind import Kind


@dataclass(frozen=True)
class MemoryAccounts(MemoryRecords[Account]):
    kind: Kind[Account] = ACCOUNT

    def put(self, record: Account, read_version: int) -> None:
        with self.memory.lock:
            stored = self.get(record.account_id)
            super().put(record, read_version)
            for key in keys_of(candidate_of(stored)) if stored else ():
                del self.memory.listed[key][record.account_id]
            now = candidate_of(record)
            for key in keys_of(now):
                self.memory.listed.setdefault(key, {})[record.account_id] = now

    def listed(self, key: str, limit: int) -> Sequence[Candidate]:
        with self.memory.lock:
            candidates = list(self.memory.listed.get(key, {}).values())
        return sorted(candidates, key=lambda one: place_of(one.account_id))[:limit]


@dataclass(frozen=True)
class MemoryStores:
    """The records of each kind. Accounts have a store of their own."""

    memory: Memory

    def __call__[R](self, kind: Kind[R]) -> MemoryRecords[R]:
        if kind is ACCOUNT:
            return cast("MemoryRecords[R]", MemoryAccounts(self.memory))
        return MemoryRecords(self.memory, kind)
