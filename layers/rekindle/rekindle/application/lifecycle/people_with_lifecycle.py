"""The store of people, where nothing is committed without what it means for the person's lifecycle."""

from collections.abc import Callable, Mapping
from datetime import datetime

from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ResponseClass


class PeopleWithLifecycle:
    """Without a lifecycle in the settings it costs nothing, and loads nothing."""

    def __init__(self, people: People, reference: Reference, update: Callable[[Change], Change]) -> None:
        self.get, self.get_response, self.load = people.get, people.get_response, people.load
        self.responses, self.candidates, self.repeats = people.responses, people.candidates, people.repeats
        self.in_campaign = people.in_campaign
        self.assigned, self.count_assigned, self.listed = people.assigned, people.count_assigned, people.listed
        self.owed, self.due, self.members = people.owed, people.due, people.members
        self.with_last_responses = people.with_last_responses
        self.newest_responses = people.newest_responses
        self.owner_of_response = people.owner_of_response
        self._people, self._settings, self._update = people, reference.settings, update

    def commit(self, *changes: Change) -> None:
        if self._settings().has_lifecycle:
            changes = tuple(map(self._update, changes))
        self._people.commit(*changes)

    def record_tombstone(self, response_id: str, deleted: ChangeStamp, read: ChangeStamp | None) -> None:
        self._people.record_tombstone(response_id, deleted, read)

    def reindex(
        self,
        person: Person,
        classes: Mapping[str, ResponseClass | None],
        class_map: str,
        at: datetime,
        most: int | None = None,
    ) -> bool:
        return self._people.reindex(person, classes, class_map, at, most)
