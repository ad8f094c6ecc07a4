"""API -> facts recorded: PUT of people, campaigns, accounts, opportunities, queues and users."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire import api, views
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, router
from rekindle.runtime.observability import logger, metrics
from rekindle.runtime.puts import told

app = router()


@app.put("/people/<person_id>")
def put_person(person_id: str) -> Response[str]:
    fact = told(app, api.person_changed, "person_id", person_id)
    return answer(views.person(use_cases().show_records.person(fact.person_id)))


@app.put("/campaigns/<campaign_id>")
def put_campaign(campaign_id: str) -> Response[str]:
    fact = told(app, api.campaign_changed, "campaign_id", campaign_id)
    return answer(views.campaign(use_cases().show_records.campaign(fact.campaign_id)))


@app.put("/accounts/<account_id>")
def put_account(account_id: str) -> Response[str]:
    fact = told(app, api.account_changed, "account_id", account_id)
    return answer(views.account(use_cases().show_records.account(fact.account_id)))


@app.put("/opportunities/<opportunity_id>")
def put_opportunity(opportunity_id: str) -> Response[str]:
    fact = told(app, api.opportunity_changed, "opportunity_id", opportunity_id)
    return answer(views.opportunity(use_cases().show_records.opportunity(fact.opportunity_id)))


@app.put("/queues/<queue_id>")
def put_queue(queue_id: str) -> Response[str]:
    fact = told(app, api.queue_changed, "queue_id", queue_id)
    return answer(views.queue(use_cases().show_records.queue(fact.queue_id)))


@app.put("/users/<user_id>")
def put_user(user_id: str) -> Response[str]:
    fact = told(app, api.user_changed, "user_id", user_id)
    return answer(views.user(use_cases().show_records.user(fact.user_id)))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
