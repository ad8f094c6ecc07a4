"""Settings documents as the API shows them."""

from collections.abc import Mapping
from typing import Any

from rekindle.adapters.wire.settings.warnings import warnings
from rekindle.adapters.wire.views import Json
from rekindle.adapters.wire.views.problems import fault
from rekindle.domain.core import times
from rekindle.domain.settings.stored_version import StoredVersion


def settings_version(stored: StoredVersion) -> Json:
    return {
        "version": stored.version,
        "stored_at": times.text(stored.stored_at),
        "comment": stored.comment,
        "published_by": stored.published_by,
    }


def validation(document: Mapping[str, Any], faults: list[tuple[str, str]]) -> Json:
    return {
        "valid": not faults,
        "faults": [fault(path, message) for path, message in faults],
        "warnings": [fault(path, message) for path, message in warnings(document)],
    }
