"""What is right in a settings document, and yet most often a mistake."""

from collections.abc import Mapping
from typing import Any

from rekindle.adapters.wire.settings.lifecycle_checks import lifecycle_warnings
from rekindle.domain.settings.settings import path_of


def warnings(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """All of it, as (path, message)."""
    return [*_statuses(document), *((path_of(path), message) for path, message in lifecycle_warnings(document))]


def _statuses(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    statuses = document.get("person_statuses")
    if not isinstance(statuses, Mapping) or not statuses:
        return [("person_statuses", "no status is mapped: no change of a status triggers anything")]
    if not any(isinstance(entry, Mapping) and entry.get("active") is True for entry in statuses.values()):
        return [("person_statuses", "no active status is mapped: an activation changes no status")]
    return []
