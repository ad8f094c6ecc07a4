"""What a person's way is followed by, out of the ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.ports import Clock
from rekindle.application.ports.people import People, Scores
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.router import zone_of
from rekindle.domain.lifecycle.policies import LifecycleSettings, lifecycle_of
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.person import Person, known_fields


@dataclass(frozen=True)
class LifecycleRules:
    people: People
    scores: Scores
    reference: Reference
    clock: Clock

    def __call__(self, person: Person) -> Rules | None:
        """None where the settings follow nobody's way."""
        settings = self.reference.settings()
        lifecycle = lifecycle_of(settings)
        if lifecycle is None:
            return None

        def of_version(version: int) -> LifecycleSettings | None:
            return lifecycle if version == settings.version else lifecycle_of(self.reference.settings_at(version))

        return Rules(settings, lifecycle, of_version, lambda: self._known(person), self._zone_of, self.clock())

    def _known(self, person: Person) -> Mapping[str, Any]:
        whole = person if person.profile is not None else self.people.get(person.person_id)
        score = self.scores.get(person.person_id)
        own = {name: getattr(person, name) for name in ("kind", "status", "record_type", "owner_id")}
        return {**known_fields(whole), **own, "score": score.value if score is not None else None}

    def _zone_of(self, user_id: str) -> str | None:
        user = self.reference.user(user_id) if user_id else None
        zone = zone_of(user) if user is not None else None
        return str(zone) if zone is not None else None
