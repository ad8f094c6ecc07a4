"""The service as the API shows it."""

from datetime import datetime

from rekindle.adapters.wire.views import Json
from rekindle.domain.core import times


def health(build: str, now: datetime) -> Json:
    return {"status": "ok", "build": build, "time": times.text(now)}
