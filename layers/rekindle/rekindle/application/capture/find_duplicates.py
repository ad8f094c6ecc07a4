"""Find who else may be a person whose address, number, name or company is new."""

from collections.abc import Iterator
from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.people import Duplicates, ListedBy, People
from rekindle.domain.people.directory import directory_keys
from rekindle.domain.people.person import Person
from rekindle.domain.people.possible_duplicate import PossibleDuplicate, compared, has_full_name, is_compared

SHARED_BY = 10
"""An address or a number that more people have belongs to none of them: a family, a switchboard, an info@."""
NAMESAKES = 50
"""How many people of one name are compared."""


@dataclass(frozen=True)
class FindDuplicates:
    """Three queries of indexes with the keys of people, and a read of each person that they name; a write for each pair
    that was not known. Whoever is found is not changed."""

    people: People
    duplicates: Duplicates
    clock: Clock

    def __call__(self, person_id: str) -> list[PossibleDuplicate]:
        """The pairs that were found, those that were known among them."""
        person = self.people.get(person_id)
        if person is None or not is_compared(person):
            return []
        stored = (self.people.get(other) for other in dict.fromkeys(self._others(person)) if other != person_id)
        found = compared(person, [other for other in stored if other is not None], self.clock())
        for duplicate in found:
            self.duplicates.add(duplicate)
        return found

    def _others(self, person: Person) -> Iterator[str]:
        keys = directory_keys(person)
        for by, key in ((ListedBy.MAIL, keys.mail), (ListedBy.PHONE, keys.phone)):
            if key is not None:
                page = self.people.listed(by, key, SHARED_BY + 1)
                yield from page.items if len(page.items) <= SHARED_BY else ()
        if keys.name is not None and has_full_name(person):
            yield from self.people.listed(ListedBy.NAME, keys.name, NAMESAKES).items
