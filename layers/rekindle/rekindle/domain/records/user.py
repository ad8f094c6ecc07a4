"""A user of the CRM: whose role, profile or other field may choose a default campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    name: Annotated[str | None, Field()] = None
    email: Annotated[str | None, Field()] = None
    role: Annotated[str | None, Field(names="role")] = None
    profile: Annotated[str | None, Field(names="profile")] = None
    mode: Annotated[
        str | None,
        Field(
            sentence="The user's own mode, before that of the profile and of the settings.",
            one_of=("active", "passive", "hybrid"),
        ),
    ] = None
    is_active: Annotated[bool, Field()] = True
    time_zone: Annotated[str | None, Field(sentence="Such as Europe/Oslo.")] = None
    fields: Annotated[
        Mapping[str, Any], Field(sentence="Further values by name, numbers, texts, true, false or null.")
    ] = field(default_factory=dict)
    version: int = 0
    changed_at: datetime | None = None
    """When this version was stored, by Rekindle's clock."""
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


USER = Kind(
    name="user",
    record=User,
    event="User Changed",
    id="user_id",
    path="users",
    summary="Tell what changed of a user",
    example={"name": "Ada Byron", "role": "SDR", "fields": {"region": "EMEA"}},
)
