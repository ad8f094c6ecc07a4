"""API -> what campaigns brought, and their shares of won deals, as they were counted last."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import attribution
from rekindle.adapters.wire.views import measures
from rekindle.domain.measures.credit import names_of
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, handler_of, queries, record_id, router, takes

app = router()


@app.get("/campaigns/<campaign_id>/metrics")
def get_campaign_metrics(campaign_id: str) -> Response[str]:
    return answer(
        measures.counted_campaign(use_cases().show_metrics(record_id("campaign_id", ids.CAMPAIGN, campaign_id)))
    )


@app.get("/attribution", middlewares=takes("model", "from", "to", "by"))
def get_attribution() -> Response[str]:
    reference = use_cases().ports.reference
    requested = attribution.attribution_of(queries(app), now().astimezone(reference.settings().zone).date())
    counted, sums = use_cases().show_attribution(requested)
    return answer(measures.attribution(requested, counted, sums, names_of(reference.campaign)))


handler = handler_of(app)
