"""Campaigns, what each brought, its members; and the credit of a period beside the one before."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api, periods
from rekindle.adapters.wire.views import measures
from rekindle.adapters.wire.views.people import response
from rekindle.adapters.wire.views.records import record
from rekindle.application.core.paging import filtered
from rekindle.application.measures.show_attribution import Attribution
from rekindle.application.ports.people import MemberState
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.measures.credit import names_of
from rekindle.domain.measures.money import amount_of
from rekindle.domain.measures.shared_days import SharedBy, added_up
from rekindle.domain.responses import response as responses
from rekindle.runtime import http
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.console.pages import csv_answer, page, table

CAMPAIGNS = ("campaign_id", "name", "type", "status", "is_active", "starts_on", "ends_on", "cost", "deleted")
MEMBERS = ("person_id", "response_id", "responded", "responded_at", "received_at", "response_status", "member_status")


def listed(app: APIGatewayRestResolver) -> Response[str]:
    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().show_campaigns.listed(limit, start)
        return [record(CAMPAIGN, one) for one in found.items], found.next

    return table(app, "campaigns.html", CAMPAIGNS, read)


def campaign(app: APIGatewayRestResolver, campaign_id: str) -> Response[str]:
    use, name = use_cases(), http.record_id("campaign_id", ids.CAMPAIGN, campaign_id)
    found = record(CAMPAIGN, use.show_campaigns.campaign(name))
    try:
        counted = measures.counted_campaign(use.show_metrics(name))
    except NotFound:
        counted = None  # It is known, and the next count is still to come.
    credits, since, until = _credit_of(name)
    return page(app, "campaign.html", campaign=found, metrics=counted, credits=credits, since=since, until=until)


def _credit_of(campaign_id: str) -> tuple[list[dict[str, Any]], str, str]:
    """What a campaign had of the deals won in the year up to today, under each model; and the days of that year."""
    use = use_cases()
    year = periods.attribution_of({}, now().astimezone(use.ports.reference.settings().zone).date())
    try:
        counted, _ = use.show_attribution(year)
    except NotFound:
        counted = None
    sums = [
        {"model": model, "currency": one.currency or None, "amount": amount_of(one.units, one.currency)}
        for model in (counted.models if counted is not None else ())
        for one in added_up(counted.days if counted else (), model, year.since, year.until, year.by, {})
        if one.key == campaign_id
    ]
    return sums, year.since.isoformat(), year.until.isoformat()


INSERTED = {"yes": True, "no": False}
"""Members that Rekindle inserted, and those of the CRM, which metrics count apart."""


def members(app: APIGatewayRestResolver, campaign_id: str) -> Response[str]:
    """Raises NotFound and InvalidField."""
    use, name = use_cases(), http.record_id("campaign_id", ids.CAMPAIGN, campaign_id)
    state, wanted = api.member_state(http.query(app, "state")), http.query(app, "inserted") or None
    if wanted is not None and wanted not in INSERTED:
        raise InvalidField(f"expected one of {', '.join(INSERTED)}", "inserted")

    def takes(member: tuple[str, responses.Response]) -> bool:
        details = member[1].details
        return wanted is None or (details is not None and details.inserted_by is not None) == INSERTED[wanted]

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = filtered(
            lambda limit, start: use.show_campaigns.members(name, state, limit, start), takes, limit, start
        )
        return [response(person_id, one) for person_id, one in found.items], found.next

    states = [one.value for one in MemberState]
    shown = record(CAMPAIGN, use.show_campaigns.campaign(name))
    return table(
        app, "members.html", MEMBERS, read, campaign=shown, state=state.value, states=states, inserted=wanted or ""
    )


CREDIT = ("key", "name", "currency", "amount", "before")


def credit(app: APIGatewayRestResolver) -> Response[str]:
    use, reference = use_cases(), use_cases().ports.reference
    filters = {name: value for name, value in http.queries(app).items() if name != "format" and value}
    requested = periods.attribution_of(filters, now().astimezone(reference.settings().zone).date())
    length = requested.until - requested.since
    earlier = Attribution(requested.model, requested.since - length, requested.since, requested.by)
    shared: dict[str, Any] = {
        "model": requested.model,
        "by": requested.by.value,
        "all_by": [one.value for one in SharedBy],
        "since": requested.since.isoformat(),
        "until": requested.until.isoformat(),
        "earlier": earlier.since.isoformat(),
    }
    try:
        counted, sums = use.show_attribution(requested)
    except NotFound:
        return page(app, "credit.html", credit=None, models=[requested.model], rows=[], largest=0, **shared)
    names = names_of(reference.campaign)
    found = measures.attribution(requested, counted, sums, names)
    before = measures.attribution(earlier, *use.show_attribution(earlier), names)
    rows = _beside(found["items"], before["items"])
    if http.query(app, "format") == "csv":
        return csv_answer(CREDIT, rows)
    largest = max((one["amount"] or 0 for one in rows), default=0)
    models = list(counted.models)
    return page(app, "credit.html", credit=found, before=before, models=models, rows=rows, largest=largest, **shared)


def _beside(items: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each sum with that of the period before; at the end what had something only then."""
    earlier = {(one["key"], one["currency"]): one for one in before}
    rows = [{**one, "before": earlier.pop((one["key"], one["currency"]), {}).get("amount", 0)} for one in items]
    return [*rows, *({**one, "amount": 0, "before": one["amount"]} for one in earlier.values())]
