"""API -> facts recorded: PUT of people, campaigns, accounts, queues and users."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire import api, ids, views
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, record_id, router
from rekindle.runtime.observability import logger, metrics, tell_recorded

app = router()


@app.put("/people/<person_id>")
def put_person(person_id: str) -> Response[str]:
    named = record_id("person_id", ids.PERSON, person_id)
    tell_recorded(use_cases().record_crm_changes(api.person_changed(named, body_of(app), now())))
    return answer(views.person(use_cases().show_records.person(named)))


@app.put("/campaigns/<campaign_id>")
def put_campaign(campaign_id: str) -> Response[str]:
    named = record_id("campaign_id", ids.CAMPAIGN, campaign_id)
    tell_recorded(use_cases().record_crm_changes(api.campaign_changed(named, body_of(app), now())))
    return answer(views.campaign(use_cases().show_records.campaign(named)))


@app.put("/accounts/<account_id>")
def put_account(account_id: str) -> Response[str]:
    named = record_id("account_id", ids.ACCOUNT, account_id)
    tell_recorded(use_cases().record_crm_changes(api.account_changed(named, body_of(app), now())))
    return answer(views.account(use_cases().show_records.account(named)))


@app.put("/queues/<queue_id>")
def put_queue(queue_id: str) -> Response[str]:
    named = record_id("queue_id", ids.QUEUE, queue_id)
    tell_recorded(use_cases().record_crm_changes(api.queue_changed(named, body_of(app), now())))
    return answer(views.queue(use_cases().show_records.queue(named)))


@app.put("/users/<user_id>")
def put_user(user_id: str) -> Response[str]:
    named = record_id("user_id", ids.USER, user_id)
    tell_recorded(use_cases().record_crm_changes(api.user_changed(named, body_of(app), now())))
    return answer(views.user(use_cases().show_records.user(named)))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
