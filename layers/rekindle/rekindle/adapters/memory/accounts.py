"""Accounts in memory, and listed under the keys that matching asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.adapters.memory.state import Memory
from rekindle.domain.assignment.matching import Candidate, candidate_of, keys_of, place_of
from rekindle.domain.core.errors import Conflict
from rekindle.domain.records.account import Account


@dataclass(frozen=True)
class MemoryAccounts:
    memory: Memory

    def get(self, account_id: str) -> Account | None:
        return self.memory.accounts.get(account_id)

    def put(self, account: Account, read_version: int) -> None:
        with self.memory.lock:
            stored = self.memory.accounts.get(account.account_id)
            if (stored.version if stored else 0) != read_version:
                raise Conflict("the account was changed since")
            for key in keys_of(candidate_of(stored)) if stored else ():
                del self.memory.listed[key][account.account_id]
            now = candidate_of(account)
            for key in keys_of(now):
                self.memory.listed.setdefault(key, {})[account.account_id] = now
            self.memory.accounts[account.account_id] = account

    def listed(self, key: str, limit: int) -> Sequence[Candidate]:
        with self.memory.lock:
            candidates = list(self.memory.listed.get(key, {}).values())
        return sorted(candidates, key=lambda one: place_of(one.account_id))[:limit]
