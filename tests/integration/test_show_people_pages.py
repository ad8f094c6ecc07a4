"""People in the console: found, shown with why, tried, and answered for by sales."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.change_settings.app import handler as change_settings
from functions.show_people_pages.app import handler
from rekindle.application.reactivation import rewrite_index
from rekindle.runtime import aws as root
from tests.integration.conftest import Aws, call, envelope, event
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_answer_handoffs import configured
from tests.integration.test_answer_handoffs import handler as answer_handoffs
from tests.integration.test_process_due_actions import at, handed_over
from tests.integration.test_show_records import handler as show_records
from tests.integration.test_show_records import history, response, tell

__all__ = ["at", "history"]


def visit(path: str, **more: Any) -> Page:
    return visited(handler, path, **more)


@contextmanager
def requests_of_dynamodb() -> Iterator[list[str]]:
    """The operations that DynamoDB is asked for meanwhile."""
    sent: list[str] = []
    session = root.session()
    session.register("before-send.dynamodb", lambda **_: None, unique_id="counting")
    events = root.use_cases().ports.people.connection.client.meta.events  # type: ignore[attr-defined]
    events.register("before-send.dynamodb", lambda request, **_: sent.append(request.headers["X-Amz-Target"]), "n")
    yield sent
    events.unregister("before-send.dynamodb", unique_id="n")


# --- find ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("lead-1", "people/lead-1"),
        (" lead-1 ", "people/lead-1"),
        ("member-1", "people/lead-1"),
        ("spring-webinar", "campaigns/spring-webinar"),
        ("ADA@example.com", "people/lead-1"),
        ("+49 30 1234567", "people/lead-1"),
        ("love", "people/lead-1"),
    ],
)
def test_one_hit_goes_there(history: Aws, typed: str, place: str) -> None:
    names = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "phone": "+49 30 1234567"}
    tell(envelope("Person Changed", "2026-03-03T10:00:00Z", person_id="lead-1", **names))
    found = visit("/find", form={"q": typed}, role="viewer")
    assert (found.status, found.location) == (303, f"{STAGE}/console/{place}")


def test_a_pasted_address_of_the_crm_leads_to_the_person(aws: Aws) -> None:
    tell(envelope("Person Changed", "2026-03-03T10:00:00Z", person_id="00Q5e00000A1b2CEAR"))
    for typed in ("/lightning/r/Lead/00Q5e00000A1b2CEAR/view", "/00Q5e00000A1b2C", "/00Q5e00000A1b2CEAR?nooverride=1"):
        found = visit("/find", form={"q": f"https://example.my.salesforce.com{typed}"})
        assert found.location == f"{STAGE}/console/people/00Q5e00000A1b2CEAR"


def test_several_are_listed_and_nobody_is_said_to_be_nobody(aws: Aws) -> None:
    for number in range(3):
        tell(envelope("Person Changed", "2026-03-03T10:00:00Z", person_id=f"p{number}", last_name=f"Byron {number}"))
    found = visit("/find", form={"q": "byron"})
    assert found.status == 200 and sum("/people/p" in link for link in found.links()) == 3
    assert "Nothing was found for Keats" in visit("/find", form={"q": "Keats"}).words
    assert visit("/find", form={"q": "   "}).status == visit("/find").status == 200


# --- person ----------------------------------------------------------------------------------------------------------


def test_a_person_shows_what_the_api_shows(history: Aws) -> None:
    shown = call(show_records, "GET", "people", "lead-1").body
    page = visit("/people/lead-1", role="viewer")
    assert page.status == 200 and "default-src 'self'" in page.headers["Content-Security-Policy"]
    pool = event("show_people_pages")["stageVariables"]["pool"]
    assert page.headers["Content-Security-Policy"].endswith(f"form-action 'self' {pool}")
    assert page.headers["Cache-Control"] == "no-store"
    for part in ("Spring webinar", f"{shown['score']:g}", shown["status"], f"threshold of {60}"):
        assert str(part) in page.words
    active = shown["active_response"]["decision_id"]
    assert f"{STAGE}/console/decisions/{active.replace(':', '%3A')}" in page.links()
    assert "Sales says" not in page.words and "Sales says" in visit("/people/lead-1").words


def test_a_response_says_whether_it_is_eligible_now_or_why_not(aws: Aws) -> None:
    now = root.now()
    tell(envelope("Campaign Changed", "2025-01-01T00:00:00Z", campaign_id="fair", name="Fair"))
    recent = {"response_id": "new", "person_id": "p", "campaign_id": "fair", "responded": True}
    tell(envelope("Response Recorded", now.isoformat().replace("+00:00", "Z"), **recent))
    tell(envelope("Response Recorded", "2025-06-01T10:00:00Z", **{**recent, "response_id": "old"}))
    page = visit("/people/p", query={"scenario": "invocable"})
    assert "first choice" in page.words and "it is older than the look-back of" in page.words
    assert "OUTSIDE_LOOKBACK" in page.words
    assert visit("/people/p", query={"scenario": "whatever"}).status == 422


def test_a_person_costs_three_requests_at_any_length_of_history(history: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFERENCE_LIFETIME_SECONDS", "300")
    root.environment.cache_clear()
    root.use_cases.cache_clear()
    costs = []
    for _ in range(2):
        visit("/people/lead-1")  # Campaigns and settings are in memory then.
        with requests_of_dynamodb() as sent:
            assert visit("/people/lead-1").status == 200
        costs.append(len(sent))
        tell(*(response(number) for number in range(1, 9)))
    assert costs == [3, 3]


def test_a_former_id_leads_to_the_person(history: Aws) -> None:
    tell(envelope("Person Changed", "2026-06-02T10:00:00Z", person_id="lead-1", converted_contact_id="contact-1"))
    assert visit("/people/lead-1").location == f"{STAGE}/console/people/contact-1"


def test_lists_come_in_pages_and_as_csv(history: Aws) -> None:
    tell(*(response(number) for number in range(1, 8)))
    first = visit("/people/lead-1/responses", query={"limit": "5"})
    (following,) = [link for link in first.links() if "next=" in link]
    assert following.startswith(f"{STAGE}/console/people/lead-1/responses?limit=5&next=")
    text = visit("/people/lead-1/responses", query={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(text.html)))
    assert text.headers["Content-Type"].startswith("text/csv") and len(rows) == 8
    assert visit("/people/lead-1/timeline").status == 200
    assert visit("/people/lead-1/timeline", query={"format": "csv"}).html.startswith("at,kind,")


def test_cells_that_look_like_formulas_are_text(aws: Aws) -> None:
    tell(envelope("Campaign Changed", "2025-01-01T00:00:00Z", campaign_id="c"))
    for number, one in enumerate(("=1+1", "+1", "-1", "@x", "\u00e9"), start=1):
        told = response(number, "p", "c")
        told["detail"] |= {"response_id": f"r{number}", "channel": one}
        tell(told)
    text = visit("/people/p/responses", query={"format": "csv"}).html
    cells = {row["channel"] for row in csv.DictReader(io.StringIO(text))}
    assert cells == {"'=1+1", "'+1", "'-1", "'@x", "\u00e9"}


@pytest.mark.parametrize("scenario", ["score", "active_status", "invocable"])
def test_a_scenario_is_tried_and_nothing_changes(history: Aws, scenario: str) -> None:
    before = history.items()
    for moment in ("", "2026-03-01T11:30"):
        page = visit("/people/lead-1/dry-run", query={"scenario": scenario} | ({"at": moment} if moment else {}))
        assert page.status == 200 and "nothing was changed" in page.words
    assert history.items() == before
    assert visit("/people/lead-1/dry-run", query={"at": "yesterday"}).status == 422


def test_a_long_history_of_another_map_of_statuses_is_tried_later(
    history: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrite_index, "MOST", 1)
    told = {"person_id": "lead-1", "campaign_id": "spring-webinar", "responded": True}
    tell(envelope("Response Recorded", "2026-03-03T10:00:00Z", response_id="another", **told))
    document = dict(call(change_settings, "GET", "settings").body["settings"])
    document["response_statuses"] = {"Nurtured": "never_engaged"}
    assert call(change_settings, "PUT", "settings", body=document).status == 200
    assert visit("/people/lead-1/dry-run").status == 409
    assert len(history.messages(history.queues["DELAYS_QUEUE_URL"])) == 1


# --- sales says ------------------------------------------------------------------------------------------------------


@pytest.fixture
def owed(aws: Aws, at: Callable[[str], None]) -> Aws:
    at("10:00:01")
    handed_over()
    at("10:30:00")
    configured()
    return aws


def test_an_operator_accepts_as_over_the_api(owed: Aws) -> None:
    assert visit("/people/p").status == visit("/people/p/clocks").status == 200
    done = visit("/people/p/acceptance", form={"user_id": "owner", "note": ""})
    assert (done.status, done.location) == (303, f"{STAGE}/console/people/p")
    (clock,) = call(answer_handoffs, "GET", "people", "p", "clocks").body["items"]
    assert clock["state"] == "met"


def test_an_operator_gives_a_lead_back(owed: Aws) -> None:
    assert (
        visit("/people/p/recycle", form={"user_id": "owner", "reason": "no_budget", "note": "next year"}).status == 303
    )
    assert "recycled" in visit("/people/p").words


def test_an_operator_prompts_a_campaign_and_is_led_to_the_decision(history: Aws) -> None:
    tell(envelope("Person Changed", "2026-02-20T10:00:00Z", person_id="cold", status="New", score=0))
    tell(envelope("Campaign Changed", "2026-01-01T00:00:00Z", campaign_id="call", trigger_reactivation=True))
    form = {"user_id": "u1", "campaign_id": "call", "intent": "activate"}
    done = visit("/people/cold/prompt", form=form)
    (decision,) = call(show_records, "GET", "people", "cold", "decisions").body["items"]
    assert done.location == f"{STAGE}/console/decisions/{decision['decision_id']}"
    assert (decision["scenario"], decision["outcome"]) == ("response_prompt", "kept_prompted")
    assert visit("/people/cold/prompt", form={**form, "campaign_id": "none"}).status == 422
    assert visit("/people/cold/prompt", role="viewer", form=form).status == 403


def test_an_operator_reactivates(history: Aws) -> None:
    tell(envelope("Person Changed", "2026-02-20T10:00:00Z", person_id="cold", status="New", score=0))
    done = visit("/people/cold/reactivation", form={"user_id": "u1"})
    (decision,) = call(show_records, "GET", "people", "cold", "decisions").body["items"]
    assert done.location == f"{STAGE}/console/decisions/{decision['decision_id']}"
    assert (decision["scenario"], decision["reason"]) == ("invocable", "NO_CANDIDATE")
    assert visit("/people/cold/reactivation", form={}).status == 422


def test_a_fault_of_a_form_is_named(owed: Aws) -> None:
    before = owed.items()
    refused = visit("/people/p/rejection", form={"user_id": "owner", "reason": "mood"})
    assert refused.status == 422 and "one of routing, clerical and definition" in refused.words
    assert visit("/people/p/recycle", form={}).status == 422
    assert visit("/people/p/promotion", form={"user_id": "owner"}).status == 404
    assert owed.items() == before


@pytest.mark.parametrize(
    "more",
    [
        {"role": "viewer"},
        {"role": None},
        {"role": "king"},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Sec-Fetch-Site": "cross-site", "Origin": "https://a1b2c3d4e5.example.com"}},
    ],
)
def test_the_page_refuses_by_itself_what_the_gateway_should_have(owed: Aws, more: dict[str, Any]) -> None:
    before = owed.items()
    assert visit("/people/p/acceptance", form={"user_id": "owner"}, **more).status == 403
    assert owed.items() == before


def test_a_missing_person_and_a_missing_page_are_said_to_be_missing(aws: Aws) -> None:
    assert visit("/people/nobody").status == 404
    assert visit("/people/a/b/c/d").status == 404
    assert visit("/people/nobody", query={"colour": "red"}).status == 422


def test_no_name_is_logged(history: Aws) -> None:
    tell(envelope("Person Changed", "2026-03-03T10:00:00Z", person_id="lead-1", last_name="Lovelace"))
    visit("/find", form={"q": "Lovelace"})
    visit("/people/lead-1")
    assert "Lovelace" not in history.logged.getvalue()
