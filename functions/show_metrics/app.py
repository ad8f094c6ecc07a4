"""API -> what campaigns brought, their shares of won deals, recycled leads, and the funnel, as counted last."""

from datetime import date

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import periods
from rekindle.adapters.wire.views import measures
from rekindle.application.measures.show_funnel import names_by
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
    requested = periods.attribution_of(queries(app), today())
    counted, sums = use_cases().show_attribution(requested)
    return answer(measures.attribution(requested, counted, sums, names_of(use_cases().ports.reference.campaign)))


@app.get("/funnel", middlewares=takes("from", "to", "by", "basis", "beside"))
def get_funnel() -> Response[str]:
    query = periods.funnel_of(queries(app), today())
    counted, found = use_cases().show_funnel(query)
    return answer(measures.funnels(query, counted, found, names_by(query.by, use_cases().ports.reference)))


@app.get("/recycling", middlewares=takes("from", "to", "by"))
def get_recycling() -> Response[str]:
    period = periods.recycling_of(queries(app), today())
    return answer(measures.recycling(period, *use_cases().show_recycling(period)))


def today() -> date:
    return now().astimezone(use_cases().ports.reference.settings().zone).date()


handler = handler_of(app)
