"""A person: a lead or a contact, with at most one active response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.naming import mail_key
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import NO_OVERRIDES, Overrides

Kind = Literal["lead", "contact"]


@dataclass(frozen=True, slots=True)
class Engagement:
    """The person's active response, and how it came to be active."""

    response_id: str
    campaign_id: str
    cycle: int
    since: datetime
    """The instant that was decided about, not the one at which it was decided."""
    decision_id: str
    scenario: str
    response_class: ResponseClass | None = None
    """The class the response was chosen from; None for an inserted default and for a response's own arrival."""
    effective_at: datetime | None = None
    """The chosen response's date; None for an inserted default, which a response that was there before replaces."""
    received_at: datetime | None = None
    stage: str = "MQL"
    overrides: Overrides = NO_OVERRIDES
    """What the search that chose it was asked for instead of the settings."""
    prompted_campaign_id: str | None = None
    anchored_at: datetime | None = None
    """The instant that search's look-back counted from, where that was not `since`."""
    opportunity_id: str | None = None
    """The opportunity that came of it."""
    qualified_at: datetime | None = None
    """When it reached SQL: by a status, or when that was opened; the engagement's own beginning if that was later."""
    amount: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class EndedEngagement:
    """The newest engagement after its end: what took it away may be taken back."""

    engagement: Engagement
    reason: str
    at: datetime
    response_status: str | None
    """The status of the response before the end."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the CRM says of the person that no decision looks at, and the stamps of all the person's fields."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None
    account_id: str | None = None
    do_not_contact: bool | None = None
    undeliverable: bool | None = None
    """Whether messages to the person's address do not arrive, so that no more are to be sent."""
    changed_by: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)

    def who_made(self, change: ChangeStamp) -> str | None:
        """The user who made a change; None where the CRM did not say: whoever made an earlier one is no guess."""
        stamp = self.stamps.get("changed_by")
        return self.changed_by if stamp is not None and stamp.of_same_change(change) else None


@dataclass(frozen=True, slots=True)
class Erasure:
    """How far the texts about a deleted person are removed. Large histories take several steps."""

    requested_at: datetime
    everywhere: bool
    """Whether the person is erased, with copies outside the person's own records; else only deleted."""
    people: int = 1
    """Records of the person: this one, and those merged into it."""
    last_response_id: str | None = None
    """The last response that was looked at."""
    responses: int = 0
    """Responses from which texts were removed."""
    failures: int = 0
    """Messages that were removed from the failures."""
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IndexRewrite:
    """How far the search's index of a person is written anew. Large histories take several runs."""

    class_map: str
    """The map from status to class by which it is written."""
    last_response_id: str
    """The last response that was looked at."""
    at: datetime
    """When the last run began."""


@dataclass(frozen=True, slots=True)
class Person:
    """The aggregate root: every change of a person or of one of its responses takes the person to a new version."""

    person_id: str
    version: int = 0
    kind: Kind = "lead"
    status: str | None = None
    status_stamp: ChangeStamp | None = None
    status_activated: ChangeStamp | None = None
    """The change that took the status from inactive to active, while it stays active."""
    owner_id: str | None = None
    owner_stamp: ChangeStamp | None = None
    previous_owner_id: str | None = None
    """Who had the person before the owner changed last."""
    record_type: str | None = None
    active: Engagement | None = None
    ended: EndedEngagement | None = None
    """The newest engagement, where nothing is active since it ended."""
    assignment: Assignment | None = None
    """That of the newest cycle; it stays when the cycle ends."""
    cycles: int = 0
    responses: int = 0
    nurture_until: datetime | None = None
    score_activated_at: datetime | None = None
    opportunities: Mapping[str, datetime] = field(default_factory=dict)
    """The open ones, and since when each is open."""
    merged_into: str | None = None
    merged_ids: tuple[str, ...] = ()
    merging_ids: tuple[str, ...] = ()
    """People whose responses are still being taken over. Until that is done, nothing is decided."""
    deleted: bool = False
    classes: str = ""
    """The map from status to class by which the search's index of this person was written."""
    index_rewrite: IndexRewrite | None = None
    """None where nobody writes it anew."""
    profile: Profile | None = None
    """None where only the part that decisions look at was read."""
    erasure: Erasure | None = None
    """Of the last deletion."""
    lifecycle: Lifecycle | None = None
    """None for a target of whom nothing else is known, and where nobody's way is followed."""

    @property
    def has_open_opportunity(self) -> bool:
        return bool(self.opportunities)

    def has_opportunity_open_at(self, moment: datetime) -> bool:
        """Whether one of the opportunities that are open now was open at an instant already."""
        return any(opened <= moment for opened in self.opportunities.values())

    def classes_with_another(self, class_map: str) -> str:
        """The map that the index is of once the person has one response more: the first one brings the present map."""
        return self.classes if self.responses else class_map


def resumed_from(person: Person, class_map: str) -> str | None:
    """After which response the search's index is written on under this map; None: from the first."""
    rewrite = person.index_rewrite
    return rewrite.last_response_id if rewrite is not None and rewrite.class_map == class_map else None


def contact_account(person: Person) -> str | None:
    """The account that a contact is of; None of anybody else."""
    profile = person.profile
    if profile is None or person.deleted or person.merged_into is not None or person.kind != "contact":
        return None
    return profile.account_id or None


def contact_address(person: Person) -> str | None:
    """The e-mail address under which a contact speaks for its account; None of anybody else."""
    profile = person.profile
    return (mail_key(profile.email) or None) if profile is not None and contact_account(person) else None


def contact_keys(person: Person) -> frozenset[str]:
    """What a contact of an account is looked up by: the account, and its own address if it has one."""
    account_id = contact_account(person)
    if account_id is None:
        return frozenset()
    address = contact_address(person)
    return frozenset({account_key(account_id), *([address] if address else ())})


def account_key(account_id: str) -> str:
    """No address has a space in it."""
    return f"account {account_id}"


def known_fields(person: Person | None) -> Mapping[str, Any]:
    """What the CRM says of a person beyond what decisions look at, by name: the fields of `kinds.py`, and the further
    named values."""
    profile = person.profile if person is not None else None
    if profile is None:
        return {}
    plain = {name: getattr(profile, name) for name in _PLAIN}
    return {**profile.fields, **{name: value for name, value in plain.items() if value is not None}}


_PLAIN = (
    "email",
    "first_name",
    "last_name",
    "company",
    "phone",
    "account_id",
    "do_not_contact",
    "undeliverable",
    "changed_by",
)
