"""The service, its messages, and what went wrong."""

from typing import Annotated, Literal, NotRequired, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.adapters.wire.answers.problems import Fault


class NotificationText(TypedDict):
    subject: str
    body: str


class Health(TypedDict):
    status: str
    build: str
    time: Instant


class Problem(TypedDict):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    code: Annotated[str, ("description", "Stable, for programs.")]
    detail: Annotated[str, ("description", "In words, for people.")]
    field: NotRequired[Annotated[str, ("description", "The first field at fault, as the caller wrote it.")]]
    errors: NotRequired[Annotated[list[Fault], ("description", "Every fault of the request, by its path.")]]
