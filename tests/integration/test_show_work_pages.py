"""What needs a person, in the console: failures, leads without an owner, deadlines of sales."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from functions.resend_failures.app import handler as resend_failures
from functions.show_work_pages.app import handler
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, call
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_answer_duplicates import pair
from tests.integration.test_answer_handoffs import configured
from tests.integration.test_complete_assignments import waiting
from tests.integration.test_permissions import LIFECYCLE, is_owed
from tests.integration.test_permissions import waiting as wait_of_a_lead
from tests.integration.test_process_due_actions import at, handed_over

__all__ = ["at", "pair", "waiting"]


def visit(path: str, **more: Any) -> Page:
    return visited(handler, path, **more)


@pytest.fixture
def resending(aws: Aws) -> Iterator[list[dict[str, Any]]]:
    """Calls of the function that sends failures again, which answers here."""
    calls: list[dict[str, Any]] = []

    def answered(params: dict[str, Any], **_: Any) -> Any:
        calls.append(json.loads(params["body"]))
        # All routers of a process share the event at work; here two functions run in one.
        at_work = BaseRouter.current_event
        body = json.dumps(resend_failures(calls[-1], CONTEXT)).encode()
        BaseRouter.current_event = at_work
        return type("Answered", (), {"status_code": 200})(), {"Payload": io.BytesIO(body)}

    root.session().register("before-call.lambda.Invoke", answered, unique_id="resending")
    yield calls
    root.session().unregister("before-call.lambda.Invoke", unique_id="resending")


def number(page: Page, path: str) -> str:
    (found,) = re.findall(rf'href="{re.escape(f"{STAGE}/console{path}")}"><span class="[^"]*">([^<]*)<', page.html)
    return str(found)


def rows(path: str, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visit(path, query={**query, "format": "csv"}).html)))


def test_each_number_of_today_is_as_long_as_the_list_that_it_opens(aws: Aws, at: Callable[[str], None]) -> None:
    at("10:00:01")
    handed_over()
    at("10:30:00")
    configured()
    aws.fail("no JSON")
    aws.fail("{}")
    page = visit("/today", role="viewer")
    assert number(page, "/failures") == str(len(rows("/failures"))) == "2"
    assert number(page, "/owners") == str(len(rows("/owners")))
    assert number(page, "/deadlines") == str(len(rows("/deadlines"))) != "0"
    numbers = dict(re.findall(r'href="[^"]*/deadlines\?due_before=([^"]*)"><span class="[^"]*">(\d+)<', page.html))
    assert len(numbers) == 2
    for due_before, count in numbers.items():
        assert len(rows("/deadlines", due_before=unquote(due_before))) == int(count)
    assert number(page, "/imports?state=checked") == "0"


def test_failures_are_listed_by_reason_and_sent_again_as_over_the_api(
    aws: Aws, resending: list[dict[str, Any]]
) -> None:
    aws.fail("no JSON")
    (listed,) = call(resend_failures, "GET", "failures").body["items"]
    page = visit("/failures")
    assert listed["reason"] in page.words
    assert visit("/failures", query={"reason": listed["reason"]}).status == 200
    done = visit("/failures/resend", form={"failure_id": listed["failure_id"]})
    assert done.status == 200
    assert resending[0]["requestContext"]["identity"]["userArn"] == "console:3f0c"
    assert json.loads(resending[0]["body"]) == {"failure_ids": [listed["failure_id"]]}


def test_whoever_may_handle_a_failure_reads_its_message_as_it_came(aws: Aws) -> None:
    aws.fail("<b>no JSON</b>")
    (listed,) = rows("/failures")
    address = f"/failures/{listed['failure_id']}"
    assert f"{STAGE}/console{address}" in visit("/failures").links()
    page = visit(address)
    assert page.status == 200 and "<b>no JSON</b>" in page.text
    assert visit(address, role="viewer").status == 403 and visit("/failures", role="viewer").status == 200
    assert f"{STAGE}/console{address}" not in visit("/failures", role="viewer").links()
    assert visit("/failures/nothing").status == 404


def test_records_that_may_be_one_are_listed_beside_each_other(aws: Aws, pair: str) -> None:
    assert number(visit("/today"), "/duplicates") == "1"
    assert [row["duplicate_id"] for row in rows("/duplicates")] == [pair]
    page = visit("/duplicates")
    assert {f"{STAGE}/console/people/{one}" for one in ("l", "c")} <= set(page.links())
    assert rows("/duplicates", state="united") == [] and visit("/duplicates", query={"state": "x"}).status == 422


def test_a_failure_is_discarded_with_a_note_and_not_without(aws: Aws, resending: list[dict[str, Any]]) -> None:
    aws.fail("no JSON")
    (listed,) = rows("/failures")
    assert visit("/failures/discard", form={"failure_id": listed["failure_id"]}).status == 422
    done = visit("/failures/discard", form={"failure_id": listed["failure_id"], "note": "a test"})
    assert "1 discarded" in done.words
    assert [row["note"] for row in rows("/failures", state="discarded")] == ["a test"]
    assert visit("/failures/eat", form={"failure_id": "x"}).status == 404
    assert visit("/failures/resend", form={}, role="viewer").status == 403


def test_an_operator_confirms_an_owner(waiting: Aws) -> None:
    assert [row["person_id"] for row in rows("/owners")] == ["lead-1"]
    assert visit("/owners").status == 200 and number(visit("/today"), "/owners") == "1"
    done = visit("/owners/lead-1/completion", form={"owner_id": "user-7"})
    assert (done.status, done.location) == (303, f"{STAGE}/console/owners")
    assert [row["owner_id"] for row in rows("/owners", state="assigned")] == ["user-7"]


def test_a_lead_whose_owner_is_confirmed_is_handed_over(aws: Aws, at: Callable[[str], None]) -> None:
    wait_of_a_lead(aws, at, lifecycle=LIFECYCLE)
    at("12:40:00")
    assert visit("/owners/p/completion", form={"owner_id": "user-7"}).status == 303
    assert is_owed(aws)
