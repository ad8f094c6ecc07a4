"""Records of a CRM as the API shows them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rekindle.adapters.wire.views import Json
from rekindle.domain.core import times
from rekindle.domain.records.kind import Kind


def record(kind: Kind[Any], shown: Any) -> Json:
    """A record of a kind that is shown as it is stored: its identifier, the declared fields, whether it is deleted."""
    names = (kind.id, *kind.fields, *kind.read_only, *(["deleted"] if kind.deletable else []))
    return {name: _json(getattr(shown, name)) for name in names}


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return times.text(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
    return value
