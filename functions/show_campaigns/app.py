"""API -> campaigns, and their members."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api
from rekindle.adapters.wire.views.people import response
from rekindle.adapters.wire.views.records import record
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, handler_of, page, paging, query, record_id, router, takes

app = router()


@app.get("/campaigns", middlewares=takes(paged=True))
def get_campaigns() -> Response[str]:
    listed = use_cases().show_campaigns.listed(*paging(app))
    return answer(page([record(CAMPAIGN, one) for one in listed.items], listed.next))


@app.get("/campaigns/<campaign_id>")
def get_campaign(campaign_id: str) -> Response[str]:
    named = record_id("campaign_id", ids.CAMPAIGN, campaign_id)
    return answer(record(CAMPAIGN, use_cases().show_campaigns.campaign(named)))


@app.get("/campaigns/<campaign_id>/members", middlewares=takes("state", paged=True))
def get_members(campaign_id: str) -> Response[str]:
    state, named = api.member_state(query(app, "state")), record_id("campaign_id", ids.CAMPAIGN, campaign_id)
    found = use_cases().show_campaigns.members(named, state, *paging(app))
    return answer(page([response(person_id, one) for person_id, one in found.items], found.next))


handler = handler_of(app)
