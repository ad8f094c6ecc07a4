"""What sales says of a lead, and which handoffs are asked for: bodies and query parameters of the API."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.api import object_of
from rekindle.adapters.wire.rules import Identifier, Note, gathered, moment, only, required
from rekindle.application.lifecycle.answer_handoffs import AnswerHandoffs, GivenBack, Rejection
from rekindle.application.lifecycle.show_handoffs import Wanted
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.people.lifecycle import State
from rekindle.domain.people.person import Person

RejectedFor = Annotated[
    Literal["routing", "clerical", "definition"],
    Meta(description="one of routing, clerical and definition"),
]
REJECTED_FOR = get_args(get_args(RejectedFor)[0])
Moment = Annotated[str, Meta(min_length=1, max_length=40, description="a time with an offset")]
FILTERS = ("state", "owner", "due_before")


def acceptance(body: bytes) -> str:
    """Which user accepts."""
    values = object_of(body)
    user_id, _ = gathered(lambda: _user(values), lambda: only({"user_id"}, values, str))
    return str(user_id)


def rejection(body: bytes) -> tuple[str, Rejection]:
    values = object_of(body)
    user_id, reason, note, _ = gathered(
        lambda: _user(values),
        lambda: required(RejectedFor, values, "reason", str),
        lambda: _note(values),
        lambda: only({"user_id", "reason", "note"}, values, str),
    )
    return user_id, Rejection(reason, note)


def recycling(body: bytes) -> tuple[str, GivenBack]:
    values = object_of(body)
    user_id, reason, note, until, _ = gathered(
        lambda: _user(values),
        lambda: required(Identifier, values, "reason", str),
        lambda: _note(values),
        lambda: moment(required(Moment, values, "until", str), "until") if values.get("until") is not None else None,
        lambda: only({"user_id", "reason", "note", "until"}, values, str),
    )
    return user_id, GivenBack(reason, note, until)


def wanted(queries: Mapping[str, str]) -> Wanted:
    """Raises InvalidField with every fault."""
    state, due_before = gathered(
        lambda: _state(queries.get("state")),
        lambda: moment(queries["due_before"], "due_before") if "due_before" in queries else None,
    )
    owner_id = queries.get("owner")
    return Wanted(state, owner_id and ids.widened_if(ids.OWNER, owner_id), due_before)


def _state(given: str | None) -> State | None:
    try:
        return State(given) if given else None
    except ValueError:
        raise InvalidField(f"expected one of {', '.join(State)}", "state") from None


def _user(values: Mapping[str, Any]) -> str:
    return ids.widened_if(ids.USER, required(Identifier, values, "user_id", str))


def _note(values: Mapping[str, Any]) -> str | None:
    return required(Note, values, "note", str) if values.get("note") is not None else None


def _accepted(use: AnswerHandoffs, person_id: str, body: bytes) -> Person:
    return use.accept(person_id, acceptance(body))


def _rejected(use: AnswerHandoffs, person_id: str, body: bytes) -> Person:
    return use.reject(person_id, *rejection(body))


def _recycled(use: AnswerHandoffs, person_id: str, body: bytes) -> Person:
    return use.recycle(person_id, *recycling(body))


ANSWERS: Mapping[str, Callable[[AnswerHandoffs, str, bytes], Person]] = {
    "acceptance": _accepted,
    "rejection": _rejected,
    "recycle": _recycled,
}
"""What sales can say, by the last step of the address."""
