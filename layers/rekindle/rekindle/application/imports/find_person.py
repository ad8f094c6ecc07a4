"""Who a row is about: by the person's id, by the id in the system that the file comes from, by e-mail address, and by
telephone number with name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.imports.known_records import KnownRecords, PhoneNumber
from rekindle.domain.core.digests import digest
from rekindle.domain.imports.kinds import CONTACT_ID, LEAD_ID, PERSON_REF, SOURCE_SYSTEM
from rekindle.domain.imports.refusals import RowFault, RowRefused
from rekindle.domain.people.naming import mail_key, phone_key, words

PERSON_ID = "person_id"


@dataclass(frozen=True, slots=True)
class WhoIsMeant:
    """`person_id` is that of somebody who is known, or would get it. `key` names the person as the row does, whatever
    becomes of the person later. `other_id` is an id of the person's that nobody knows yet."""

    person_id: str
    key: str
    other_id: str | None = None


@dataclass(frozen=True)
class FindPerson:
    known: KnownRecords
    phone_number: PhoneNumber
    country: str | None = None

    def __call__(self, row: Mapping[str, Any], *, reference: str = PERSON_REF) -> WhoIsMeant:
        """`reference`: the field with the person's id in the source system. Raises RowRefused."""
        person_id = row.get(PERSON_ID) or row.get(CONTACT_ID) or row.get(LEAD_ID)
        if person_id:
            return WhoIsMeant(self.known.current(person_id), f"id:{person_id}")
        if row.get(reference) and row.get(SOURCE_SYSTEM):
            return self._by_reference(row, reference)
        return self._by_address(row) or self._by_number(row) or _nobody()

    def _by_reference(self, row: Mapping[str, Any], reference: str) -> WhoIsMeant:
        key = f"ref:{row[SOURCE_SYSTEM]}:{row[reference]}"
        own = key.removeprefix("ref:")
        current = self.known.current(own)
        if self.known.values("person", current) is not None:
            return WhoIsMeant(current, key)
        other = self._by_address(row) or self._by_number(row)
        if other is not None and self.known.values("person", other.person_id) is not None:
            return WhoIsMeant(other.person_id, key, own)
        return WhoIsMeant(own, key)

    def _by_address(self, row: Mapping[str, Any]) -> WhoIsMeant | None:
        address = mail_key(row.get("email"))
        if not address:
            return None
        key = f"{MAIL}{address}"
        return WhoIsMeant(self._one(key, "email", row["email"]) or f"p-{digest('mail', address)}", key)

    def _by_number(self, row: Mapping[str, Any]) -> WhoIsMeant | None:
        number = self._number(row)
        names = named(row)
        if number is None or len(names) < 2:
            return None
        same = [
            person_id
            for person_id in self.known.people(f"{PHONE}{phone_key(number)}")
            if self._is_same(self.known.values("person", person_id) or {}, number, names)
        ]
        if len(same) > 1:
            raise _several("phone", row["phone"], same)
        key = f"{number} {' '.join(names)}"
        return WhoIsMeant(same[0] if same else f"p-{digest('phone', key)}", key)

    def _is_same(self, values: Mapping[str, Any], number: str, names: tuple[str, ...]) -> bool:
        return named(values) == names and self._number(values) == number

    def _number(self, values: Mapping[str, Any]) -> str | None:
        phone = values.get("phone")
        return self.phone_number(phone, self.country) if phone else None

    def _one(self, key: str, field: str, value: str) -> str | None:
        person_ids = self.known.people(key)
        if len(person_ids) > 1:
            raise _several(field, value, person_ids)
        return person_ids[0] if person_ids else None


def keys_of(values: Mapping[str, Any]) -> list[str]:
    """The keys under which a person is found."""
    address, number = mail_key(values.get("email")), phone_key(values.get("phone"))
    return [*([f"{MAIL}{address}"] if address else []), *([f"{PHONE}{number}"] if number else [])]


MAIL, PHONE = "mail:", "phone:"
"""How the keys of addresses and of numbers begin."""


def named(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(" ".join(words(name)) for name in (values.get("first_name"), values.get("last_name")) if name)


def _several(field: str, value: str, person_ids: "list[str] | tuple[str, ...]") -> RowRefused:
    listed = ", ".join(sorted(person_ids)[:5])
    return RowRefused(
        RowFault.AMBIGUOUS_PERSON,
        field,
        value,
        f"Several people have it: fill in the id of the one that is meant ({listed}).",
    )


def _nobody() -> WhoIsMeant:
    raise RowRefused(RowFault.NO_PERSON)
