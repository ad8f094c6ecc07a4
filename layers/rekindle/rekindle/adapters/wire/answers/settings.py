"""Versions of the settings, and the faults of a document."""

from typing import Annotated, Any, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.adapters.wire.answers.problems import Fault


class SettingsVersion(TypedDict):
    version: int
    settings: dict[str, Any]


class StoredVersion(TypedDict):
    version: int
    stored_at: Instant
    comment: Annotated[str | None, ("description", "What whoever published it in the console said of it.")]
    published_by: Annotated[str | None, ("description", "The user of the console; null where it came over the API.")]


class Validation(TypedDict):
    valid: bool
    faults: list[Fault]
    warnings: list[Fault]
