"""One decision in the console: the sentence, each candidate with its rule, the same made again."""

from functions.show_decision_pages.app import handler
from tests.integration.conftest import Aws, call, envelope
from tests.integration.console import STAGE, visited
from tests.integration.test_show_records import handler as show_records
from tests.integration.test_show_records import history, response, tell

__all__ = ["history"]


def decision_of(person_id: str) -> str:
    listed = call(show_records, "GET", "people", person_id, "decisions").body["items"]
    return next(str(one["decision_id"]) for one in listed if one["scenario"] == "score")


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


def test_a_decision_is_copied_as_text(history: Aws) -> None:
    name = decision_of("lead-1")
    text = visited(handler, f"/decisions/{name}", query={"format": "text"})
    assert text.headers["Content-Type"].startswith("text/plain")
    assert text.html.endswith(f"Decision {name}, settings version 0.\n")


def test_a_missing_decision_is_said_to_be_missing(aws: Aws) -> None:
    assert visited(handler, "/decisions/d-0").status == 404
