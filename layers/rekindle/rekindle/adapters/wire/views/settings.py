"""Settings documents as the API shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rekindle.adapters.wire.settings.warnings import warnings
from rekindle.adapters.wire.views import Json
from rekindle.adapters.wire.views.problems import fault
from rekindle.domain.core import times


def settings_version(version: int, stored_at: datetime) -> Json:
    return {"version": version, "stored_at": times.text(stored_at)}


def validation(document: Mapping[str, Any], faults: list[tuple[str, str]]) -> Json:
    return {
        "valid": not faults,
        "faults": [fault(path, message) for path, message in faults],
        "warnings": [fault(path, message) for path, message in warnings(document)],
    }
