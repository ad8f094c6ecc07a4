"""What needs a person: failures, leads that wait for an owner, deadlines of sales, records that may be one person."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api, handoffs
from rekindle.adapters.wire import duplicates as api_duplicates
from rekindle.adapters.wire.views import duplicates as pair_views
from rekindle.adapters.wire.views import failures as views
from rekindle.adapters.wire.views import lifecycle, people
from rekindle.application.core.list_imports import list_imports
from rekindle.application.lifecycle.show_handoffs import Wanted
from rekindle.domain.core import times
from rekindle.domain.core.errors import NotFound
from rekindle.domain.failures.failure import FailureState
from rekindle.domain.imports.file_import import IMPORT, ImportState
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.possible_duplicate import DuplicateState
from rekindle.runtime import http
from rekindle.runtime.aws import environment, functions, now, use_cases
from rekindle.runtime.console.pages import User, form_of, moved, page, problem_page, table, user_of

COUNTED = 100
"""Up to how many deadlines are counted on the first page."""


def today(app: APIGatewayRestResolver) -> Response[str]:
    use, at = use_cases(), now()
    backlog = use.ports.failures.backlog()
    owed = use.show_handoffs.owed(Wanted(), COUNTED, None)
    breached = use.show_handoffs.owed(Wanted(due_before=at), COUNTED, None)
    soon = use.show_handoffs.owed(Wanted(due_before=at + timedelta(days=1)), COUNTED, None)
    checked = list_imports(use.ports.records(IMPORT), COUNTED, None, ImportState.CHECKED)
    pairs = use.answer_duplicates.listed(DuplicateState.OPEN, COUNTED)
    return page(
        app,
        "today.html",
        soon=_counted(len(soon.items), soon.next),
        tomorrow=times.text(at + timedelta(days=1)),
        checked=_counted(len(checked.items), checked.next),
        pairs=_counted(len(pairs.items), pairs.next),
        failures=backlog.failures,
        oldest=times.optional_text(backlog.oldest_at),
        waiting=use.ports.people.count_assigned(AssignmentState.PENDING),
        owed=_counted(len(owed.items), owed.next),
        breached=_counted(len(breached.items), breached.next),
        now=times.text(at),
    )


def _counted(count: int, following: str | None) -> str:
    return f"{count} or more" if following is not None else str(count)


FAILURES = ("failure_id", "state", "reason", "message", "field", "record_kind", "record_id", "event_id", "source")
FAILURES_OF_TIME = ("failed_at", "age_seconds", "handled_at", "handled_by", "note")


def failures(app: APIGatewayRestResolver) -> Response[str]:
    state, reason = api.failure_state(http.query(app, "state")), http.query(app, "reason") or None

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().resend_failures.listed(state, reason, limit, start)
        return [views.failure(one, now()) for one in found.items], found.next

    states = [one.value for one in FailureState]
    columns = (*FAILURES, *FAILURES_OF_TIME)
    return table(app, "failures.html", columns, read, state=state.value, states=states, reason=reason)


def failure(app: APIGatewayRestResolver, failure_id: str) -> Response[str]:
    """A failure with its message as it came. Raises NotFound."""
    found = use_cases().ports.failures.get(http.record_id("failure_id", (), failure_id))
    if found is None:
        raise NotFound("there is no such failure")
    return page(app, "failure.html", one=views.failure(found, now()), body=found.body)


PAIRS = ("duplicate_id", "state", "grounds", "likely", "found_at", "person_ids", "survivor_id", "merged_id")


def duplicates(app: APIGatewayRestResolver) -> Response[str]:
    """Records that may be one person, each beside the other. Raises InvalidField."""
    state = api_duplicates.state_of({name: value for name, value in http.queries(app).items() if name == "state"})

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().answer_duplicates.listed(state, limit, start)
        return [pair_views.duplicate(one) for one in found.items], found.next

    states = [one.value for one in DuplicateState]
    return table(app, "duplicates.html", PAIRS, read, state=state.value, states=states)


def handled(app: APIGatewayRestResolver, said: str) -> Response[str]:
    """Send failures again, or discard them, over the API's own function: what it may do, the console need not."""
    if said not in ("resend", "discard"):
        raise NotFound("there is no such page")
    form = form_of(app)
    body: dict[str, Any] = {name: form[name] for name in ("reason", "note") if name in form}
    if "failure_id" in form:
        body = {**body, "failure_ids": [form["failure_id"]]}
        body.pop("reason", None)
    status, answer = _of_failures(user_of(app), f"/failures/{said}", body)
    if status >= HTTPStatus.BAD_REQUEST:
        faults = [(one["path"], one["message"]) for one in answer.get("errors", ())]
        return problem_page(app, HTTPStatus(status), answer["detail"], faults)
    left = [one for one in answer["results"] if one["problem"] is not None]
    return page(app, "handled.html", said=said, done=len(answer["results"]) - len(left), left=left)


def _of_failures(user: User | None, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    caller = f"console:{user.user if user is not None else 'unknown'}"
    request = {
        "httpMethod": "POST",
        "path": path,
        "resource": path,
        "headers": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "console", "identity": {"userArn": caller}, "path": path},
    }
    invoked = functions().invoke(FunctionName=environment().resending, Payload=json.dumps(request))
    answer = json.loads(invoked["Payload"].read())
    return answer["statusCode"], json.loads(answer["body"])


ASSIGNMENTS = ("person_id", "state", "reason", "campaign_id", "cycle", "temporary_owner_id", "owner_id", "activated_at")
ASSIGNMENTS_OF_TIME = ("assigned_at", "deadline", "system_delay_seconds", "human_delay_seconds")


def owners(app: APIGatewayRestResolver) -> Response[str]:
    state = api.assignment_state(http.query(app, "state"))

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().show_records.assignments(state, limit, start)
        return [people.assignment(p.person_id, p.assignment) for p in found.items if p.assignment], found.next

    states = [one.value for one in AssignmentState]
    columns = (*ASSIGNMENTS, *ASSIGNMENTS_OF_TIME)
    return table(app, "owners.html", columns, read, state=state.value, states=states, now=times.text(now()))


def completed(app: APIGatewayRestResolver, person_id: str) -> Response[str]:
    name = http.record_id("person_id", ids.PERSON, person_id)
    use_cases().complete_assignments(name, api.completion(json.dumps(form_of(app)).encode()))
    return moved(app, "owners")


DEADLINES = ("person_id", "state", "owner_id", "due_at", "passed_at", "accepted_at", "policy", "cycle", "rejections")


def deadlines(app: APIGatewayRestResolver) -> Response[str]:
    filters = {name: value for name, value in http.queries(app).items() if name in handoffs.FILTERS and value}
    wanted = handoffs.wanted(filters)

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().show_handoffs.owed(wanted, limit, start)
        return [lifecycle.handoff(one) for one in found.items], found.next

    return table(app, "deadlines.html", DEADLINES, read, now=times.text(now()))
