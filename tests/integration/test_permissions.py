"""Paths that functions seldom take. With them the suite sees every call that their roles allow: what a role allows and
nobody asks for, and the reverse, fails the run (conftest.py)."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.complete_assignments.app import handler as complete
from functions.put_facts.app import handler as put_facts
from functions.reactivate_on_score.app import handler as on_score
from functions.reactivate_on_status.app import handler as on_status
from functions.record_crm_changes.app import handler as record
from functions.record_responses.app import handler as post_responses
from functions.request_reactivation.app import handler as request
from functions.route_leads.app import handler as route
from functions.schedule_reactivation.app import handler as schedule
from functions.show_records.app import handler as show
from functions.start_assignments.app import handler as start
from functions.sweep_timers.app import handler as sweep
from functions.time_out_assignments.app import handler as time_out
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.timers import message_of, timer_of
from rekindle.application.capture import merge_people
from rekindle.application.ports import Page
from rekindle.application.reactivation import rewrite_index
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.timer import CrossingTimer
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed
from tests.integration.test_route_leads import WORKDAYS, started
from tests.support.permissions import Permission, differences, permissions_of

STATUSES = {"New": {"active": False}, "Open": {"active": True, "response_status": "Open"}}
USER = "user-1"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the clock to a time of that day."""

    def moves(time: str) -> None:
        now = datetime.fromisoformat(f"2026-03-01T{time}").replace(tzinfo=UTC)
        monkeypatch.setattr(root, "now", lambda: now)
        root.use_cases.cache_clear()

    moves("12:00:00")
    return moves


def configured(delay: str = "PT30M", **scenario: Any) -> None:
    values = {"default_campaign": {"single": "fallback"}, **scenario}
    names = ("score", "invocable")
    scenarios = {**dict.fromkeys(names, values), "active_status": {**values, "delay": delay}}
    document = {"person_statuses": STATUSES, "reactivation": scenarios}
    assert call(change, "PUT", "settings", body=document).status == 200


def told(*facts: tuple[str, str, dict[str, Any]]) -> None:
    assert (
        failed(
            record(batch(*(envelope(kind, f"2026-03-01T{time}Z", **detail) for kind, time, detail in facts)), CONTEXT)
        )
        == []
    )


def timer(aws: Aws) -> dict[str, Any]:
    (found,) = aws.schedules()
    message: dict[str, Any] = json.loads(found["Target"]["Input"])
    return message


# --- a reactivation, whatever asks for it ----------------------------------------------------------------------------

Way = Callable[[Aws, Callable[[str], None]], Callable[[], None]]
"""Makes something ask for the reactivation of `p`; answers how to have it asked again."""


def by_score(aws: Aws, at: Callable[[str], None]) -> Callable[[], None]:
    told(("Person Changed", "12:30:00", {"person_id": "p", "score": 64}))
    at("12:30:01")
    return lambda: on_score(aws.stream(aws.names.scores, "ReactivateOnScoreFunction"), CONTEXT)


def by_status(aws: Aws, at: Callable[[str], None]) -> Callable[[], None]:
    told(("Person Changed", "12:30:00", {"person_id": "p", "status": "Open", "changed_by": USER}))
    at("13:00:00")
    return lambda: schedule(aws.stream(aws.names.people, "ScheduleReactivationFunction"), CONTEXT)


def after_the_delay(aws: Aws, at: Callable[[str], None]) -> Callable[[], None]:
    told(("Person Changed", "12:30:00", {"person_id": "p", "status": "Open", "changed_by": USER}))
    at("12:30:01")
    schedule(aws.stream(aws.names.people, "ScheduleReactivationFunction"), CONTEXT)
    at("13:00:01")
    return lambda: on_status(batch(timer(aws)), CONTEXT)


def by_the_sweep(aws: Aws, at: Callable[[str], None]) -> Callable[[], None]:
    told(("Person Changed", "12:30:00", {"person_id": "p", "status": "Open", "changed_by": USER}))
    at("12:30:01")
    schedule(aws.stream(aws.names.people, "ScheduleReactivationFunction"), CONTEXT)
    (waiting,) = (item for item in aws.items()[aws.names.ledger] if item["kind"]["S"] == "timer")
    at("13:10:00")

    def swept() -> None:
        aws.dynamodb.put_item(TableName=aws.names.ledger, Item=waiting)  # As if it had not been deleted.
        sweep(event("sweep_timers"), CONTEXT)

    return swept


def by_a_flow(aws: Aws, at: Callable[[str], None]) -> Callable[[], None]:
    at("12:30:01")
    asked = {"inputs": [{"person_id": "p", "user_id": USER, "lookback_days": 3650}]}
    return lambda: call(request, "POST", "reactivations", body=asked, headers={"Idempotency-Key": "k"}) and None


MEMBER = {"response_id": "r", "person_id": "p", "campaign_id": "spring", "responded": True}
WAYS = [by_score, by_status, after_the_delay, by_the_sweep, by_a_flow]


def known() -> None:
    told(
        ("Campaign Changed", "08:00:00", {"campaign_id": "fallback"}),
        ("Campaign Changed", "08:00:00", {"campaign_id": "spring", "default_responded_status": "Responded"}),
        ("Person Changed", "09:00:00", {"person_id": "p", "status": "New", "score": 48}),
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_default_is_inserted_once(aws: Aws, at: Callable[[str], None], way: Way) -> None:
    known()
    configured()
    ask = way(aws, at)
    for _ in range(2):
        ask()
        active = call(show, "GET", "people", "p").body["active_response"]
        assert active["campaign_id"] == "fallback"
    decisions = call(show, "GET", "people", "p", "decisions").body["items"]
    assert [decision["outcome"] for decision in decisions if decision["outcome"] != "skipped"] == ["inserted_default"]


@pytest.mark.parametrize("way", WAYS)
def test_an_index_of_another_class_map_is_written_again_and_finds_who_had_not_responded(
    aws: Aws, at: Callable[[str], None], way: Way
) -> None:
    known()
    configured(include_non_responses=True)
    member = {
        "response_id": "r",
        "person_id": "p",
        "campaign_id": "spring",
        "responded": False,
        "member_status": "Sent",
    }
    told(("Response Recorded", "10:00:00", member))
    document = dict(call(change, "GET", "settings").body["settings"])
    document["response_statuses"] = {"Nurtured": "never_engaged"}
    assert call(change, "PUT", "settings", body=document).status == 200
    root.use_cases.cache_clear()
    way(aws, at)()
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r"


@pytest.mark.parametrize("way", WAYS)
def test_an_index_that_takes_several_runs_has_the_reactivation_wait(
    aws: Aws, at: Callable[[str], None], way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrite_index, "MOST", 1)
    known()
    configured()
    told(*(("Response Recorded", "10:00:00", {**MEMBER, "response_id": f"r-{n}"}) for n in range(2)))
    document = dict(call(change, "GET", "settings").body["settings"])
    document["response_statuses"] = {"Nurtured": "never_engaged"}
    assert call(change, "PUT", "settings", body=document).status == 200
    ask = way(aws, at)
    with suppress(Unavailable):  # The sweep tells what it left to the next one.
        ask()
    sent = [json.loads(message["Body"]) for message in aws.messages(aws.queues["DELAYS_QUEUE_URL"])]
    assert {"person_id": "p"} in sent
    assert call(show, "GET", "people", "p").body["active_response"] is None
    for _ in range(2):
        assert failed(on_status(batch({"person_id": "p"}), CONTEXT)) == []
    for message in aws.messages(aws.due):
        assert failed(on_status(batch(json.loads(message["Body"])), CONTEXT)) == []
    ask()
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r-0"


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_crossing_that_was_put_off_may_find_what_came_after_it(
    aws: Aws, at: Callable[[str], None], is_swept: bool
) -> None:
    a_crossing_that_came_late()
    at("12:30:00")
    crossing = Crossing(48, 64, ChangeStamp(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    message = message_of(CrossingTimer("p", crossing, crossing.at))
    if is_swept:
        root.use_cases().ports.timers.set(timer_of(message))
        sweep(event("sweep_timers"), CONTEXT)
    else:
        assert failed(on_status(batch(message), CONTEXT)) == []
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r"


def a_crossing_that_came_late() -> None:
    """At 12:00, told after a response of 12:20 which was below the threshold when it came."""
    known()
    assert call(change, "PUT", "settings", body={"person_statuses": STATUSES}).status == 200
    told(
        ("Response Recorded", "12:20:00", {**MEMBER, "responded_at": "2026-03-01T12:20:00Z"}),
        ("Person Changed", "12:00:00", {"person_id": "p", "score": 64}),
    )


def test_a_response_after_a_crossing_without_candidates_becomes_active(aws: Aws, at: Callable[[str], None]) -> None:
    a_crossing_that_came_late()
    at("12:30:00")
    on_score(aws.stream(aws.names.scores, "ReactivateOnScoreFunction"), CONTEXT)
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r"


def test_the_next_response_may_find_the_crossing_undecided(aws: Aws, at: Callable[[str], None]) -> None:
    a_crossing_that_came_late()
    at("12:30:00")
    told(("Response Recorded", "12:25:00", {**MEMBER, "response_id": "r-2"}))
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r"


def test_a_decision_is_shown_under_the_settings_that_it_was_made_with(aws: Aws, at: Callable[[str], None]) -> None:
    known()
    configured()
    by_score(aws, at)()
    decision = call(show, "GET", "people", "p").body["active_response"]["decision_id"]
    configured(lookback_days=7)
    root.use_cases.cache_clear()
    assert call(show, "GET", "decisions", decision).body["settings_version"] == 1


def test_a_call_again_is_answered_under_the_settings_of_its_decision(aws: Aws, at: Callable[[str], None]) -> None:
    known()
    configured()
    ask = by_a_flow(aws, at)
    ask()
    configured(lookback_days=7)
    root.use_cases.cache_clear()
    ask()
    assert len(call(show, "GET", "people", "p", "decisions").body["items"]) == 1


# --- waits for an owner ----------------------------------------------------------------------------------------------


def waiting(
    aws: Aws, at: Callable[[str], None], lifecycle: dict[str, Any] | None = None, **rule: Any
) -> dict[str, Any]:
    """What the schedule sends for a lead that waits for an owner since 12:30:00."""
    rule = {"to": "user-routing", "deadline": "PT1H", "fallback": "user-manager", **rule}
    document = {"person_statuses": STATUSES, "assignment": {"rules": [rule]}, "lifecycle": lifecycle or {}}
    for user_id in ("user-routing", "user-manager", "user-7"):
        assert call(put_facts, "PUT", "users", user_id, body={"name": user_id}).status == 200
    assert call(change, "PUT", "settings", body=document).status == 200
    known()
    told(("Response Recorded", "10:00:00", MEMBER))
    by_score(aws, at)()
    assert failed(start(aws.stream(aws.names.ledger, "StartAssignmentsFunction"), CONTEXT)) == []
    return timer(aws)


def delayed(aws: Aws) -> int:
    """Messages that were sent, and that nobody can receive for some seconds."""
    name = "ApproximateNumberOfMessagesDelayed"
    return int(aws.sqs.get_queue_attributes(QueueUrl=aws.due, AttributeNames=[name])["Attributes"][name])


def test_a_reminder_shortly_before_the_deadline_sends_the_deadline_at_once(aws: Aws, at: Callable[[str], None]) -> None:
    message = waiting(aws, at, reminder="PT59M55S")
    at("13:29:57")
    assert failed(time_out(batch(message), CONTEXT)) == []
    assert delayed(aws) == 1


def test_a_wait_is_looked_for_with_whoever_has_its_response_now(aws: Aws, at: Callable[[str], None]) -> None:
    message = waiting(aws, at) | {"person_id": "before"}
    told(("Person Changed", "12:40:00", {"person_id": "before", "status": "New"}))
    at("13:30:01")
    assert failed(time_out(batch(message), CONTEXT)) == []
    assert call(show, "GET", "people", "p").body["assignment"]["state"] == "timed_out"


def test_the_sweep_looks_there_too(aws: Aws, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The index that lists those who wait follows the table within a moment."""
    waiting(aws, at)
    told(("Person Changed", "12:40:00", {"person_id": "before", "status": "New"}))
    listed = DynamoDBPeople.assigned

    def a_moment_ago(*asked: Any) -> Any:
        (person,) = listed(*asked).items
        return Page([replace(person, person_id="before")], None)

    at("13:40:00")
    monkeypatch.setattr(DynamoDBPeople, "assigned", a_moment_ago)
    sweep(event("sweep_timers"), CONTEXT)
    assert call(show, "GET", "people", "p").body["assignment"]["state"] == "timed_out"


def test_a_pool_that_opens_in_some_seconds_is_asked_again_at_once(
    aws: Aws, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 1, 12, 0, 2, tzinfo=UTC))
    batch_of_one = started(aws, hours=WORKDAYS)
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 2, 8, 59, 55, tzinfo=UTC))
    root.use_cases.cache_clear()
    assert failed(route(batch_of_one, CONTEXT)) == []
    assert (delayed(aws), aws.schedules()) == (1, [])


@pytest.mark.parametrize("handler", [on_status, time_out, route])
def test_a_message_that_cannot_be_read_is_kept(aws: Aws, handler: Any) -> None:
    assert failed(handler(batch("{"), CONTEXT)) == []
    (kept,) = aws.messages(aws.failures)
    assert kept["Body"] == "{"


@pytest.mark.parametrize(("reminder", "swept_at", "sent"), [("PT20M", "12:56:00", False), ("PT54M", "13:29:55", True)])
def test_the_sweep_reminds_and_has_the_deadline_come(
    aws: Aws, at: Callable[[str], None], reminder: str, swept_at: str, sent: bool
) -> None:
    waiting(aws, at, reminder=reminder)
    at(swept_at)
    sweep(event("sweep_timers"), CONTEXT)
    assert delayed(aws) == sent
    assert [one["ScheduleExpression"] for one in aws.schedules()].count("at(2026-03-01T13:30:01)") == (not sent)


# --- handoffs --------------------------------------------------------------------------------------------------------

LIFECYCLE = {
    "calendars": {"always": {"time_zone": "UTC", "hours": {"sun": ["00:00-24:00"]}}},
    "handoff": {
        "policies": [{"name": "hot", "where": {"score": {"at_least": 1}}, "calendar": "always", "accept": "PT1H"}]
    },
}


def is_owed(aws: Aws) -> bool:
    return any("owed" in item for item in aws.items()[aws.names.people])


@pytest.mark.parametrize("way", WAYS)
def test_whoever_hands_a_lead_over_looks_at_its_score(aws: Aws, at: Callable[[str], None], way: Way) -> None:
    known()
    told(("Person Changed", "09:30:00", {"person_id": "p", "owner_id": USER}))
    configured()
    document = dict(call(change, "GET", "settings").body["settings"])
    assert call(change, "PUT", "settings", body={**document, "lifecycle": LIFECYCLE}).status == 200
    root.use_cases.cache_clear()
    way(aws, at)()
    assert is_owed(aws)


@pytest.mark.parametrize("completes", [True, False])
def test_a_wait_that_ends_hands_the_lead_over(aws: Aws, at: Callable[[str], None], completes: bool) -> None:
    message = waiting(aws, at, lifecycle=LIFECYCLE)
    assert not is_owed(aws)
    at("12:40:00" if completes else "13:30:01")
    if completes:
        assert call(complete, "POST", "assignments", "p", "completion", body={"owner_id": "user-7"}).status == 200
    else:
        assert failed(time_out(batch(message), CONTEXT)) == []
    assert is_owed(aws)


def test_our_own_router_hands_the_lead_over(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC))
    batch_of_one = started(aws, lifecycle=LIFECYCLE)
    assert failed(route(batch_of_one, CONTEXT)) == []
    assert is_owed(aws)


# --- facts -----------------------------------------------------------------------------------------------------------


def test_a_contact_is_listed_by_the_address_it_has_now(aws: Aws) -> None:
    for address in ("ada@example.com", "ada@example.org"):
        contact = {"kind": "contact", "email": address, "account_id": "acme"}
        assert call(put_facts, "PUT", "people", "contact-1", body=contact).status == 200


def test_an_account_is_listed_by_the_domain_it_has_now(aws: Aws) -> None:
    for time, domain in (("12:00:00", "example.com"), ("12:01:00", "example.org")):
        told(("Account Changed", time, {"account_id": "acme", "domain": domain}))


@pytest.mark.parametrize("steps", [25, 1], ids=["in one run", "in several"])
def test_a_conversion_by_a_put_brings_the_history(aws: Aws, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    monkeypatch.setattr(merge_people, "BATCH", 1)
    monkeypatch.setattr(merge_people, "STEPS", steps)
    known()
    told(*(("Response Recorded", f"10:00:0{n}", {**MEMBER, "response_id": f"r-{n}"}) for n in range(3)))
    told(("Response Recorded", "10:00:00", {**MEMBER, "response_id": "r", "person_id": "contact"}))
    assert call(put_facts, "PUT", "people", "p", body={"converted_contact_id": "contact"}).status == 200
    facts = 0
    while messages := aws.messages(aws.crm_changes):
        assert failed(record(batch(*(message["Body"] for message in messages)), CONTEXT)) == []
        facts += 1
    assert facts == (0 if steps == 25 else 3)
    assert len(call(show, "GET", "people", "contact", "responses").body["items"]) == 3


# --- a default for an opportunity ------------------------------------------------------------------------------------


def opportunity_by_event(**values: Any) -> None:
    told(("Opportunity Changed", "12:30:00", {"opportunity_id": "o", **values}))


def opportunity_by_call(**values: Any) -> None:
    assert call(put_facts, "PUT", "opportunities", "o", body={**values, "occurred_at": OCCURRED}).status == 200


@pytest.mark.parametrize("tell", [opportunity_by_event, opportunity_by_call])
def test_an_opportunity_that_nobody_is_active_for_inserts_a_default(
    aws: Aws, at: Callable[[str], None], tell: Callable[..., None]
) -> None:
    known()
    document = {
        "person_statuses": STATUSES,
        "reactivation": {"opportunity": {"default_campaign": {"single": MEMBER["campaign_id"]}}},
    }
    assert call(change, "PUT", "settings", body=document).status == 200
    at("12:35:00")
    tell(person_ids=["p"], amount=900)
    (listed,) = (
        one for one in call(show, "GET", "people", "p", "decisions").body["items"] if one["scenario"] == "opportunity"
    )
    shown = call(show, "GET", "decisions", listed["decision_id"]).body
    assert (shown["outcome"], shown["replay"]) == ("inserted_default", "identical")
    assert call(show, "GET", "people", "p").body["active_response"]["opportunity_id"] == "o"


# --- the comparison itself -------------------------------------------------------------------------------------------


def test_a_call_without_a_permission_is_told() -> None:
    function = "AnnounceChangesFunction"
    calls = {function: {*permissions_of(function), Permission("dynamodb:Scan", "PeopleTable")}}
    assert differences(calls, [function]) == [
        "AnnounceChangesFunction asks for dynamodb:Scan on PeopleTable, and its role does not allow it"
    ]


def test_a_permission_without_a_call_is_told() -> None:
    assert differences({}, ["AnnounceChangesFunction"]) == [
        "AnnounceChangesFunction may events:PutEvents on Bus, and never asks for it"
    ]


# --- a response that waits for its date ------------------------------------------------------------------------------


OCCURRED = "2026-03-01T12:30:00Z"


def by_event(**dated: Any) -> None:
    told(("Response Recorded", "12:30:00", {**MEMBER, **dated}))


def by_call(**dated: Any) -> None:
    assert call(post_responses, "POST", "responses", body={**MEMBER, **dated, "occurred_at": OCCURRED}).status == 200


@pytest.mark.parametrize("tell", [by_event, by_call])
@pytest.mark.parametrize("dated", ["2026-03-08T10:00:00Z", "2026-03-01T12:35:01Z"], ids=["next week", "soon"])
def test_a_response_waits_for_its_date(
    aws: Aws, at: Callable[[str], None], tell: Callable[..., None], dated: str
) -> None:
    known()
    configured()
    at("12:35:00")
    tell(responded_at=dated, score=90)
    (waiting,) = (item for item in aws.items()[aws.names.ledger] if item["kind"]["S"] == "timer")
    message = {"person_id": "p", "response_id": "r", "due": dated}
    for _ in range(2):
        assert failed(on_status(batch(message), CONTEXT)) == []
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r"
    assert waiting["due_at"]["S"].startswith(dated.removesuffix("Z"))


def test_a_crossing_that_came_first_is_decided_first(aws: Aws, at: Callable[[str], None]) -> None:
    known()
    configured(default_campaign=None)
    told(("Person Changed", "12:10:00", {"person_id": "p", "score": 64}))
    at("12:35:00")
    by_call()
    decisions = call(show, "GET", "people", "p", "decisions").body["items"]
    assert sorted(decision["scenario"] for decision in decisions) == ["response", "score"]


@pytest.mark.parametrize("tell", [by_event, by_call])
def test_a_response_by_source_code_is_an_interaction_whose_date_may_change(
    aws: Aws, at: Callable[[str], None], tell: Callable[..., None]
) -> None:
    known()
    code = {"source_code": "A", "campaign_id": MEMBER["campaign_id"], "creates_interaction": True}
    told(("Source Code Changed", "12:00:00", code))
    at("12:35:00")
    for number, second in enumerate(("10", "20")):
        tell(campaign_id=None, source_code="A", responded_at=f"2026-03-01T12:00:{second}Z", sequence=number)
    timeline = call(show, "GET", "people", "p", "timeline").body["items"]
    assert [one["at"] for one in timeline if one["kind"] == "interaction"] == ["2026-03-01T12:00:20Z"]


def test_a_sweep_evaluates_a_response_whose_date_is_reached(aws: Aws, at: Callable[[str], None]) -> None:
    known()
    configured()
    at("12:30:00")
    by_event(responded_at="2026-03-01T13:00:00Z", score=90)
    at("13:10:00")
    sweep(event("sweep_timers"), CONTEXT)
    assert call(show, "GET", "people", "p").body["active_response"]["response_id"] == "r"
