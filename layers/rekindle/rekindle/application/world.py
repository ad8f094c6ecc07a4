"""What a decision looks at beside the person, out of the ports."""

from collections.abc import Iterable, Mapping
from typing import Any

from rekindle.application.ports import Clock, People, Reference
from rekindle.domain.assignment import Owners
from rekindle.domain.person import Person, told_of
from rekindle.domain.reactivation import World
from rekindle.domain.response import Response, ResponseClass
from rekindle.domain.settings import Settings


def owners_of(reference: Reference) -> Owners:
    def account_owner_of(account_id: str) -> str | None:
        account = reference.account(account_id)
        return account.owner_id if account is not None and not account.deleted else None

    return Owners(reference.user, reference.queue, account_owner_of)


def world_of_arrival(
    person: Person, people: People, reference: Reference, settings: Settings, clock: Clock, owners: Owners
) -> World:
    """For a response's own arrival, which searches for nothing and inserts nothing."""

    def told() -> Mapping[str, Any]:
        return told_of(person if person.profile is not None else people.get(person.person_id))

    return World(settings, reference.campaign, _none_of_class, _no_repeats, clock(), owners, told)


def _none_of_class(_: ResponseClass) -> Iterable[Response]:
    return ()


def _no_repeats(_: str) -> int:
    return 0
