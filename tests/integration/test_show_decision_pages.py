"""One decision in the console: the sentence, each candidate with its rule, the same made again."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl

from functions.show_decision_pages.app import handler
from tests.integration.conftest import Aws, call, envelope
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_show_records import handler as show_records
from tests.integration.test_show_records import history, response, tell

__all__ = ["history"]


def decision_of(person_id: str) -> str:
    listed = call(show_records, "GET", "people", person_id, "decisions").body["items"]
    return next(str(one["decision_id"]) for one in listed if one["scenario"] == "score")


def visit(path: str, **query: str) -> Page:
    return visited(handler, path, role="viewer", query=query or None)


def rows(**query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visit("/decisions", **query, format="csv").html)))


def test_each_number_of_decisions_is_as_long_as_the_list_that_it_opens(history: Aws) -> None:
    told = envelope("Person Changed", "2026-02-20T10:00:00Z", person_id="lead-2", status="New", score=5)
    tell(told, response(3, "lead-2"), response(4, "lead-1"))
    assert rows(**{"from": "2019-01-01", "to": "2020-01-01"}) == []
    days = {"from": (datetime.now(UTC) - timedelta(days=30)).date().isoformat()}
    made, skipped = rows(**days), rows(**days, outcome="skipped")
    assert made and skipped and {one["outcome"] for one in skipped} == {"skipped"}
    assert "skipped" not in {one["outcome"] for one in made}
    for more in ({}, {"outcome": "skipped"}):
        page = visit("/decisions", **days, **more)
        numbers = re.findall(r'href="[^"?]*\?([^"]*)"><span class="big">(\d+)<', page.html)
        assert len(numbers) > 1
        for query, number in numbers:
            assert len(rows(**dict(parse_qsl(unescape(query))))) == int(number)
    first = visit("/decisions", **days, limit="1")
    assert f"{STAGE}/console/decisions/{made[0]['decision_id']}" in first.links()
    assert visit("/decisions", outcome="eaten", reason="none").status == 422


def test_a_decision_shows_what_the_api_shows(history: Aws) -> None:
    name = decision_of("lead-1")
    shown = call(show_records, "GET", "decisions", name).body
    page = visited(handler, f"/decisions/{name}", role="viewer")
    assert page.status == 200 and shown["explanation"] in page.words
    assert "got the credit" in page.words and "the same From what is stored" in page.words
    assert f"{STAGE}/console/people/lead-1" in page.links()
    assert f"{STAGE}/console/campaigns/spring-webinar" in page.links()


def test_a_loser_names_the_rule_and_the_setting_behind_it(history: Aws) -> None:
    tell(envelope("Campaign Changed", "2025-01-01T00:00:00Z", campaign_id="fair", name="Fair"))
    late = response(1, "lead-1", "fair")
    late["detail"] |= {"response_id": "old"}
    late["time"] = "2025-06-01T10:00:00Z"
    tell(late)
    name = decision_of("lead-1")
    (lost,) = [
        one for one in call(show_records, "GET", "decisions", name).body["considered"] if one["excluded"] is not None
    ] or [None]
    page = visited(handler, f"/decisions/{name}")
    if lost is not None:
        assert lost["why"] in page.words and "reactivation.score.lookback_days" in page.words


def test_why_not_this_one_names_the_smallest_change(history: Aws) -> None:
    listed = call(show_records, "GET", "people", "lead-1", "decisions").body["items"]
    arrived = next(one for one in listed if one["scenario"] == "response")
    offered = visited(handler, f"/decisions/{arrived['decision_id']}")
    assert "Why not one of these?" in offered.words
    (link, *_) = (link for link in offered.links() if "candidate=" in link)
    response_id = link.partition("candidate=")[2].partition("#")[0]
    page = visited(handler, f"/decisions/{arrived['decision_id']}", query={"candidate": response_id})
    assert "Each of these alone" in page.words and "qualification.threshold" in page.words
    assert visited(handler, f"/decisions/{arrived['decision_id']}", query={"candidate": "r-0"}).status == 404


def test_a_decision_is_copied_as_text(history: Aws) -> None:
    name = decision_of("lead-1")
    text = visited(handler, f"/decisions/{name}", query={"format": "text"})
    assert text.headers["Content-Type"].startswith("text/plain")
    assert text.html.endswith(f"Decision {name}, settings version 0.\n")


def test_a_missing_decision_is_said_to_be_missing(aws: Aws) -> None:
    assert visited(handler, "/decisions/d-0").status == 404
