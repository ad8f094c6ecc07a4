"""An account of the CRM: the organisation that leads belong to, and the team that works it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    name: Annotated[str | None, Field()] = None
    domain: Annotated[
        str | None,
        Field(
            sentence="The account's own e-mail domain, or the address of its website: leads are matched by it. A page "
            "on a host that others share is not kept.",
        ),
    ] = None
    """As `mail_domains.company_domain` writes it."""
    owner_id: Annotated[str | None, Field(refers_to=("user", "queue"))] = None
    team: Annotated[
        Mapping[str, str],
        Field(sentence="Roles, each with its user. A team is replaced as a whole.", refers_to=("user",), most=50),
    ] = field(default_factory=dict)
    """Role -> user."""
    parent_id: Annotated[
        str | None, Field(sentence="The account that this one is part of.", refers_to=("account",))
    ] = None
    type: Annotated[str | None, Field()] = None
    deleted: bool = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


ACCOUNT = Kind(
    name="account",
    record=Account,
    event="Account Changed",
    id="account_id",
    path="accounts",
    summary="Tell what changed of an account",
    example={"name": "Acme Corp.", "domain": "acme.com", "owner_id": "u-1", "team": {"SDR": "u-2"}},
)
