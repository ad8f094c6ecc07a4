"""An account of the CRM: the organisation that leads belong to, and the team that works it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    name: str | None = None
    domain: str | None = None
    """As `mail_domains.company_domain` writes it."""
    owner_id: str | None = None
    team: Mapping[str, str] = field(default_factory=dict)
    """Role -> user."""
    parent_id: str | None = None
    type: str | None = None
    deleted: bool = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)
