"""What is known of a version of the settings beside its document."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredVersion:
    version: int
    stored_at: datetime
    comment: str | None = None
    """What whoever published it said of it."""
    published_by: str | None = None
    """The user of the console; None where it came over the API."""
