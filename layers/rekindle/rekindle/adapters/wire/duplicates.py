"""What somebody says of two records that may be one person: bodies and query parameters of the API."""

from collections.abc import Mapping

import msgspec

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.api import object_of
from rekindle.adapters.wire.rules import Identifier, checked, gathered, only
from rekindle.application.capture.answer_duplicates import DuplicateAnswer
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.people.possible_duplicate import DuplicateState


class DismissalValues(msgspec.Struct, gc=False):
    user_id: Identifier | None = None


class UnionValues(msgspec.Struct, gc=False):
    survivor_id: Identifier | None = None
    user_id: Identifier | None = None


def union(body: bytes) -> DuplicateAnswer:
    """Without a body, the survivor is the record that is known better. Raises Malformed, InvalidField."""
    form = _form(UnionValues, body)
    survivor_id = form.survivor_id and ids.widened_if(ids.PERSON, form.survivor_id)
    return DuplicateAnswer(_user(form.user_id), survivor_id)


def dismissal(body: bytes) -> DuplicateAnswer:
    """Raises Malformed, InvalidField."""
    form = _form(DismissalValues, body)
    return DuplicateAnswer(_user(form.user_id))


def state_of(queries: Mapping[str, str]) -> DuplicateState:
    """Raises InvalidField."""
    try:
        return DuplicateState(queries.get("state", DuplicateState.OPEN))
    except ValueError:
        raise InvalidField(f"expected one of {', '.join(DuplicateState)}", "state") from None


def _form[T: msgspec.Struct](form: type[T], body: bytes) -> T:
    values = object_of(body) if body.strip() else {}
    read, _ = gathered(lambda: checked(form, values, str), lambda: only(form.__struct_fields__, values, str))
    return read  # type: ignore[no-any-return]


def _user(user_id: str | None) -> str | None:
    return user_id and ids.widened_if(ids.USER, user_id)
