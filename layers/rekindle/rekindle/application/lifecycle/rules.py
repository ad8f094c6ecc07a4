"""The rules by which a person's lifecycle is updated, out of the ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.ports import Clock
from rekindle.application.ports.people import People, Scores
from rekindle.application.ports.records import RecordStores, Reference
from rekindle.domain.assignment.router import zone_of
from rekindle.domain.lifecycle.policies import LifecycleSettings, lifecycle_of
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.open_cases import OPEN_CASES, of_account, of_person


@dataclass(frozen=True)
class LifecycleRules:
    people: People
    scores: Scores
    reference: Reference
    records: RecordStores
    clock: Clock

    def __call__(self, person: Person) -> Rules | None:
        """None where the settings have no lifecycle."""
        settings = self.reference.settings()
        lifecycle = lifecycle_of(settings)
        if lifecycle is None:
            return None

        def of_version(version: int) -> LifecycleSettings | None:
            return lifecycle if version == settings.version else lifecycle_of(self.reference.settings_at(version))

        return Rules(
            *(settings, lifecycle, of_version, lambda: self._known(person), self._zone_of, self.clock()),
            has_open_case=self._has_open_case,
            account_of=self._account_of,
        )

    def _known(self, person: Person) -> Mapping[str, Any]:
        whole = person if person.profile is not None else self.people.get(person.person_id)
        score = self.scores.get(person.person_id)
        own = {name: getattr(person, name) for name in ("kind", "status", "record_type", "owner_id")}
        return {**known_fields(whole), **own, "score": score.value if score is not None else None}

    def _has_open_case(self, person: Person) -> bool:
        account_id = self._account_id(person)
        named = [of_person(one) for one in (person.person_id, *person.merged_ids)]
        named += [of_account(account_id)] if account_id is not None else []
        noted = map(self.records(OPEN_CASES).get, named)
        return any(one is not None and one.case_ids for one in noted)

    def _account_of(self, person: Person) -> Mapping[str, Any]:
        account_id = self._account_id(person)
        account = self.reference.account(account_id) if account_id is not None else None
        return {name: getattr(account, name) for name in ACCOUNT.fields} if account is not None else {}

    def _account_id(self, person: Person) -> str | None:
        whole = person if person.profile is not None else self.people.get(person.person_id)
        return whole.profile.account_id if whole is not None and whole.profile is not None else None

    def _zone_of(self, user_id: str) -> str | None:
        user = self.reference.user(user_id) if user_id else None
        zone = zone_of(user) if user is not None else None
        return str(zone) if zone is not None else None
