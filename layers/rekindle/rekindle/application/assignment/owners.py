"""Those who can own a person, out of the reference records."""

from collections.abc import Callable

from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import Owners


def owners_of(reference: Reference) -> Owners:
    def account_owner_of(account_id: str) -> str | None:
        account = reference.account(account_id)
        return account.owner_id if account is not None and not account.deleted else None

    return Owners(reference.user, reference.queue, account_owner_of)


def owners_called(reference: Reference) -> Callable[[str], str]:
    """What a user or a queue is called: its id, where it has no name."""

    def name(owner_id: str) -> str:
        record = reference.user(owner_id) or reference.queue(owner_id)
        return (record.name if record else None) or owner_id

    return name
