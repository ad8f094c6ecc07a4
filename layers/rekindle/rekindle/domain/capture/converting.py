"""The conversion of a response: a user takes the person on as a lead or a contact, or opens an opportunity, and becomes
the owner. A response is converted once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rekindle.domain.capture.facts import Fact, OpportunityChanged, PersonChanged
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Refusal
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import ResponseConverted
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Conversion, Details, Response
from rekindle.domain.settings.settings import Settings


class ConvertedTo(StrEnum):
    LEAD = "lead"
    CONTACT = "contact"
    OPPORTUNITY = "opportunity"


@dataclass(frozen=True, slots=True)
class ConversionRequested:
    response_id: str
    to: ConvertedTo
    user_id: str
    at: datetime
    primary_interest: str | None = None
    opportunity: Mapping[str, Any] = field(default_factory=dict)
    """Values of the opportunity that is opened."""


class OptedOut(Refusal):
    """The person does not want to be contacted."""

    code = "OPTED_OUT"


class Bounced(Refusal):
    """The person's address does not receive anything."""

    code = "BOUNCED"


class NotPositive(Refusal):
    """The response does not show an interest."""

    code = "NOT_POSITIVE"


class InterestMissing(Refusal):
    """Nothing says what the person is interested in."""

    code = "INTEREST_MISSING"


class AlreadyLinked(Refusal):
    """The response has an opportunity already."""

    code = "ALREADY_LINKED"


def check_conversion(
    request: ConversionRequested, person: Person, response: Response, *, is_positive: bool, is_bounced: bool
) -> None:
    """Raises OptedOut, Bounced, NotPositive, InterestMissing and AlreadyLinked."""
    if person.profile is not None and person.profile.do_not_contact:
        raise OptedOut("the person does not want to be contacted")
    if is_bounced or (person.profile is not None and person.profile.undeliverable):
        raise Bounced("the person's address does not receive anything")
    if not is_positive:
        raise NotPositive("the response is not of a type that the setting responses.positive lists")
    if request.to is not ConvertedTo.CONTACT and _interest_of(request, response) is None:
        raise InterestMissing("this field is required: the response itself names no product", "primary_interest")
    if request.to is ConvertedTo.OPPORTUNITY and _has_opportunity(person, response):
        raise AlreadyLinked("the response has an opportunity already: a second one needs a response of its own")


def convert(request: ConversionRequested, person: Person, response: Response, settings: Settings) -> Change:
    """The response with its conversion, which the ledger hears of."""
    conversion = Conversion(
        to=request.to,
        record_id=_opportunity_id(response) if request.to is ConvertedTo.OPPORTUNITY else person.person_id,
        user_id=request.user_id,
        at=request.at,
        primary_interest=_interest_of(request, response),
    )
    after = replace(person, version=person.version + 1)
    details = replace(response.details or Details(), conversion=conversion)
    entry = ResponseConverted(
        person.person_id,
        response.response_id,
        response.campaign_id,
        conversion.to,
        conversion.record_id,
        conversion.user_id,
        conversion.at,
        settings.version,
    )
    return Change(after, person.version, (replace(response, details=details),), entries=(entry,))


def facts_of(conversion: Conversion, person: Person, response_id: str, opportunity: Mapping[str, Any]) -> list[Fact]:
    """What the conversion means for the person and for the opportunity. Told again, they change nothing."""
    stamp = ChangeStamp(conversion.at, None, 0, (digest("conversion", response_id),))
    values: dict[str, Any] = {"owner_id": conversion.user_id, "changed_by": conversion.user_id}
    if conversion.to == ConvertedTo.CONTACT:
        values["kind"] = "contact"
    facts: list[Fact] = [PersonChanged(person.person_id, stamp, values)]
    if conversion.to == ConvertedTo.OPPORTUNITY:
        account_id = person.profile.account_id if person.profile is not None else None
        own = {
            "person_ids": (person.person_id,),
            "created_at": conversion.at,
            **({"account_id": account_id} if account_id else {}),
            **({"product": conversion.primary_interest} if conversion.primary_interest else {}),
        }
        facts.append(OpportunityChanged(conversion.record_id, stamp, {**own, **opportunity}))
    return facts


def _interest_of(request: ConversionRequested, response: Response) -> str | None:
    products = response.details.products if response.details is not None else ()
    return request.primary_interest or request.opportunity.get("product") or next(iter(products), None)


def _has_opportunity(person: Person, response: Response) -> bool:
    engagement = person.active or (person.ended.engagement if person.ended is not None else None)
    return (
        engagement is not None
        and engagement.response_id == response.response_id
        and engagement.opportunity_id is not None
    )


def _opportunity_id(response: Response) -> str:
    """The same for everybody who converts the response."""
    return f"{_OPPORTUNITY}{digest('conversion', response.response_id)}"


_OPPORTUNITY = "opportunity-"
_ID = re.compile(f"{_OPPORTUNITY}[0-9a-f]{{20}}")


def comes_of_conversion(opportunity_id: str) -> bool:
    """Whether a response was converted into the opportunity, by the id that it got here."""
    return _ID.fullmatch(opportunity_id) is not None
