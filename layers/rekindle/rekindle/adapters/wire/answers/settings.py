"""Versions of the settings, and the faults of a document."""

from typing import Any, TypedDict

from rekindle.adapters.wire.answers import Instant


class SettingsVersion(TypedDict):
    version: int
    settings: dict[str, Any]


class StoredVersion(TypedDict):
    version: int
    stored_at: Instant


class Fault(TypedDict):
    path: str
    message: str


class Validation(TypedDict):
    valid: bool
    faults: list[Fault]
    warnings: list[Fault]
