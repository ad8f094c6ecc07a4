"""Versions of the settings, and the faults of a document."""

from typing import Any, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.adapters.wire.answers.problems import Fault


class SettingsVersion(TypedDict):
    version: int
    settings: dict[str, Any]


class StoredVersion(TypedDict):
    version: int
    stored_at: Instant


class Validation(TypedDict):
    valid: bool
    faults: list[Fault]
    warnings: list[Fault]
