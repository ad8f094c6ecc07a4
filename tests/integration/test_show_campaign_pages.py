"""Campaigns in the console: what each brought, its members, and the credit of a period."""

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from functions.count_campaigns.app import handler as count
from functions.show_campaign_pages.app import handler
from functions.show_campaigns.app import handler as show_campaigns
from functions.show_metrics.app import handler as show_metrics
from tests.integration.conftest import CONTEXT, Aws, call, envelope, event
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_show_records import history, response, tell

__all__ = ["history"]


def visit(path: str, **query: str) -> Page:
    return visited(handler, path, role="viewer", query=query or None)


@pytest.fixture
def counted(history: Aws) -> Aws:
    tell(*(response(number, f"p{number}") for number in range(1, 5)))
    count(event("count_campaigns"), CONTEXT)
    return history


def test_all_campaigns_are_listed_and_exported(history: Aws) -> None:
    page = visit("/campaigns")
    listed = call(show_campaigns, "GET", "campaigns").body["items"]
    assert [f"{STAGE}/console/campaigns/{one['campaign_id']}" in page.links() for one in listed] == [True] * len(listed)
    rows = list(csv.DictReader(io.StringIO(visit("/campaigns", format="csv").html)))
    assert [row["campaign_id"] for row in rows] == [one["campaign_id"] for one in listed]


def test_the_numbers_are_those_of_the_api_and_as_long_as_the_lists_that_they_open(counted: Aws) -> None:
    metrics = call(show_metrics, "GET", "campaigns", "spring-webinar", "metrics").body
    page = visit("/campaigns/spring-webinar")
    assert page.status == 200
    for state, number in (("targeted", metrics["targeted"]), ("responded", metrics["responses"]["unique"])):
        link = f"{STAGE}/console/campaigns/spring-webinar/members?inserted=no&amp;state={state}"
        (shown,) = re.findall(rf'href="{re.escape(link)}"><span class="big">(\d+)<', page.html)
        rows = csv.DictReader(io.StringIO(visit("/campaigns/spring-webinar/members", state=state, format="csv").html))
        assert int(shown) == number == len({row["person_id"] for row in rows})


def test_a_campaign_that_is_not_counted_yet_says_so(history: Aws) -> None:
    assert "not counted yet" in visit("/campaigns/spring-webinar").words
    assert "Nothing is counted yet" in visit("/credit").words
    assert "Nothing is counted yet" in visit("/funnel").words
    assert visit("/campaigns/nothing").status == 404


def test_members_are_listed_by_state(counted: Aws) -> None:
    for state in ("targeted", "responded", "dark", "active"):
        assert visit("/campaigns/spring-webinar/members", state=state).status == 200
    assert visit("/campaigns/spring-webinar/members", state="asleep").status == 422
    assert visit("/campaigns/spring-webinar/members", inserted="perhaps").status == 422


def test_credit_is_that_of_the_api_beside_the_period_before(counted: Aws) -> None:
    won = {"opportunity_id": "o-1", "person_ids": ["lead-1"], "is_won": True, "is_closed": True, "amount": 1200.5}
    tell(
        envelope("Opportunity Changed", "2026-03-02T10:00:00Z", **won, stage="Won", currency="EUR"),
    )
    count(event("count_campaigns"), CONTEXT)
    query = {"from": "2026-03-01", "to": "2026-04-01"}
    shown = call(show_metrics, "GET", "attribution", query=query).body
    page = visit("/credit", **query)
    assert page.status == 200
    rows = list(csv.DictReader(io.StringIO(visit("/credit", **query, format="csv").html)))
    assert [(row["key"], float(row["amount"])) for row in rows] == [
        (one["key"], float(one["amount"])) for one in shown["items"]
    ]
    linked = re.findall(r'/credit\?([^"]*model=[^"]*)">([^<]*)<', visit("/campaigns/spring-webinar").html)
    assert linked
    for filters, amount in linked:
        lines = visit("/credit", **dict(parse_qsl(unescape(filters))), format="csv").html
        (line,) = [one for one in csv.DictReader(io.StringIO(lines)) if one["key"] == "spring-webinar"]
        assert float(line["amount"]) == float(amount.replace("\u2009", ""))
    later = list(
        csv.DictReader(io.StringIO(visit("/credit", **{"from": "2026-04-01", "to": "2026-05-02"}, format="csv").html))
    )
    assert [row["before"] for row in later] == [row["amount"] for row in rows]
    assert visit("/credit", by="weather").status == 422


def test_the_funnel_is_that_of_the_api(counted: Aws) -> None:
    query = {"from": "2026-01-01", "to": "2026-04-01"}
    total = call(show_metrics, "GET", "funnel", query=query).body["total"]["volumes"]
    assert total["MQL"] == 1
    for more in ({}, {"by": "campaign"}, {"basis": "period", "by": "owner"}):
        assert visit("/funnel", **query, **more).status == 200
    (row,) = csv.DictReader(io.StringIO(visit("/funnel", **query, format="csv").html))
    assert {stage: int(row[stage]) for stage in total} == total
    assert visit("/funnel", basis="guess").status == 422
