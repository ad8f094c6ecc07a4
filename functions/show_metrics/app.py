"""API -> what a campaign brought, as it was counted last."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.views import measures
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, handler_of, record_id, router

app = router()


@app.get("/campaigns/<campaign_id>/metrics")
def get_campaign_metrics(campaign_id: str) -> Response[str]:
    counted = use_cases().show_metrics(record_id("campaign_id", ids.CAMPAIGN, campaign_id))
    return answer(measures.counted_campaign(counted))


handler = handler_of(app)
