"""Port of the settings documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from rekindle.application.ports import Page
from rekindle.domain.settings.stored_version import StoredVersion


class SettingsVersions(Protocol):
    """Settings documents, each an immutable version."""

    def current(self) -> tuple[int, Mapping[str, Any]]: ...

    def get(self, version: int) -> Mapping[str, Any] | None: ...

    def put(
        self,
        document: Mapping[str, Any],
        read_version: int,
        at: datetime,
        comment: str | None = None,
        published_by: str | None = None,
    ) -> int:
        """Store the next version. Raises Conflict where the current one is no longer `read_version`."""
        ...

    def versions(self, limit: int, start: str | None = None) -> Page[StoredVersion]: ...
