"""Who bought what, the programme for customers, and its end."""

from datetime import datetime
from typing import Any

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import nurture
from rekindle.domain.lifecycle.due import with_due_at
from rekindle.domain.lifecycle.entries import Entered, Left
from rekindle.domain.lifecycle.policies import Customers, matches
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import BOUGHT, NEW, Lifecycle, Purchase
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.records.opportunity import Opportunity

CHURNED = "churned"
NOT_WON = "not_won"


def settle(
    person: Person, opportunity: Opportunity, won_at: datetime | None, lost_at: datetime | None, rules: Rules
) -> tuple[Person, list[Entered | Left]] | None:
    """The person after an opportunity was won, lost, or is no longer won; None where that is known already."""
    lifecycle = person.lifecycle or NEW
    mine = next((one for one in lifecycle.bought if one.opportunity_id == opportunity.opportunity_id), None)
    if won_at is not None:
        changed = None if mine is not None else _bought(person, lifecycle, opportunity, won_at, rules)
    elif mine is not None:
        kept = replace(lifecycle, bought=tuple(one for one in lifecycle.bought if one is not mine))
        changed = end(person, kept, mine.product, NOT_WON, rules.now, rules)
    else:
        changed = _renewal_lost(person, lifecycle, opportunity, lost_at, rules) if lost_at is not None else None
    if changed is None:
        return None
    lifecycle, entries = changed
    return with_due_at(replace(person, version=person.version + 1, lifecycle=lifecycle), rules), entries


def _bought(
    person: Person, lifecycle: Lifecycle, opportunity: Opportunity, at: datetime, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The programme starts once for each customer and product: of another deal for the same one, no more is noted."""
    customers = rules.lifecycle.customers
    product = opportunity.product if customers is None or customers.per == "product" else None
    known = any(one.product == product and one.churned_at is None for one in lifecycle.bought)
    purchase = Purchase(opportunity.opportunity_id, at, product)
    lifecycle = replace(lifecycle, bought=(*lifecycle.bought, purchase)[-BOUGHT:])
    if known or customers is None:
        return lifecycle, []
    lifecycle, entered = nurture.start_programme(person, lifecycle, product, customers, at, rules)
    return lifecycle, list(entered)


def _renewal_lost(
    person: Person, lifecycle: Lifecycle, opportunity: Opportunity, at: datetime, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]] | None:
    customers = rules.lifecycle.customers
    if customers is None or opportunity.product is None:
        return None
    lost: dict[str, Any] = {name: getattr(opportunity, name) for name in ("stage", "product", "amount", "currency")}
    if not matches(lost, customers.lost_renewal):
        return None
    product = opportunity.product if customers.per == "product" else None
    if not any(one.product == product and one.churned_at is None and one.at < at for one in lifecycle.bought):
        return None
    return churned(person, lifecycle, at, rules, product=product)


def churned(
    person: Person,
    lifecycle: Lifecycle,
    at: datetime,
    rules: Rules,
    *,
    product: str | None = None,
    everything: bool = False,
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The customer is one no more, of a product or of all of them: the programme ends."""
    bought = tuple(
        replace(one, churned_at=at) if one.churned_at is None and (everything or one.product == product) else one
        for one in lifecycle.bought
    )
    lifecycle = replace(lifecycle, bought=bought)
    customers = rules.lifecycle.customers
    if customers is not None and CHURNED not in customers.suppress:
        return lifecycle, []
    entries: list[Entered | Left] = []
    for enrollment in lifecycle.enrollments:
        if enrollment.track is None and (everything or enrollment.product == product):
            lifecycle, ended = end(person, lifecycle, enrollment.product, CHURNED, at, rules)
            entries += ended
    return lifecycle, entries


def end(
    person: Person, lifecycle: Lifecycle, product: str | None, reason: str, at: datetime, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The programme of a product ends, unless another deal for it goes on."""
    if any(one.product == product and one.churned_at is None for one in lifecycle.bought):
        return lifecycle, []
    gone = [
        enrollment for enrollment in lifecycle.enrollments if enrollment.track is None and enrollment.product == product
    ]
    entries: list[Entered | Left] = [nurture.left(person, s, reason, max(at, s.entered_at), rules) for s in gone]
    return replace(
        lifecycle, enrollments=tuple(enrollment for enrollment in lifecycle.enrollments if enrollment not in gone)
    ), entries


def says_churned(person: Person, customers: Customers) -> bool:
    """Whether what the CRM says of the person has the configured values. The score is none of the fields."""
    own = {name: getattr(person, name) for name in ("kind", "status", "record_type", "owner_id")}
    return bool(customers.churned_person) and matches({**known_fields(person), **own}, customers.churned_person)


def has_churned(person: Person, customers: Customers, rules: Rules) -> bool:
    """The same of the person, or of the account."""
    if says_churned(person, customers):
        return True
    return bool(customers.churned_account) and matches(rules.account_of(person), customers.churned_account)
