"""API -> target lists: what they are drawn by, how many and who they are, and the campaigns that they go to."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.targets import list_of, shown
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, handler_of, record_id, router, unescaped

app = router()


@app.post("/target-lists")
def create_target_list() -> Response[str]:
    return answer(shown(use_cases().show_targets.create(list_of(body_of(app)))), HTTPStatus.ACCEPTED)


@app.get("/target-lists/<list_id>")
def get_target_list(list_id: str) -> Response[str]:
    return answer(shown(use_cases().show_targets.shown(unescaped("list_id", list_id))))


@app.post("/target-lists/<list_id>/campaigns/<campaign_id>")
def target_campaign(list_id: str, campaign_id: str) -> Response[str]:
    campaign = record_id("campaign_id", ids.CAMPAIGN, campaign_id)
    targeted = use_cases().show_targets.target(unescaped("list_id", list_id), campaign)
    return answer(shown(targeted), HTTPStatus.ACCEPTED)


handler = handler_of(app)
