"""Console -> campaigns, what each brought, its members; credit and funnel of a period."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import campaigns, funnel
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/campaigns", middlewares=takes("format", paged=True))
def get_campaigns() -> Response[str]:
    return campaigns.listed(app)


@app.get("/console/campaigns/<campaign_id>")
def get_campaign(campaign_id: str) -> Response[str]:
    return campaigns.campaign(app, campaign_id)


@app.get("/console/campaigns/<campaign_id>/members", middlewares=takes("state", "inserted", "format", paged=True))
def get_members(campaign_id: str) -> Response[str]:
    return campaigns.members(app, campaign_id)


@app.get("/console/credit", middlewares=takes("model", "from", "to", "by", "format"))
def get_credit() -> Response[str]:
    return campaigns.credit(app)


@app.get("/console/funnel", middlewares=takes("from", "to", "by", "basis", "format"))
def get_funnel() -> Response[str]:
    return funnel.funnel(app)


handler = handler_of(app)
