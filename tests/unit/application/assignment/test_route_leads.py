"""The router of our own: whom a lead is matched to, who gets it, who was passed over, and that nobody can tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rekindle.adapters.wire.settings import document as settings_document
from rekindle.domain.assignment.routing_result import Passed, Routing, Unrouted
from rekindle.domain.core.errors import Conflict, InvalidSettings, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.assignment import AssignmentReason, AssignmentState
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from tests.support.builders import (
    DOCUMENT,
    Rekindle,
    account_changed,
    campaign_changed,
    day,
    person_changed,
    queue_changed,
    response_recorded,
    user_changed,
)

NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)
"""A Wednesday."""
ROUTING = "q-routing"


def routed_by(*steps: dict[str, Any], rule: dict[str, Any] | None = None, **router: Any) -> dict[str, Any]:
    return {
        "assignment": {
            "rules": [{"owners": ["q-inbound"], "to": ROUTING, "fallback": "boss", **(rule or {})}],
            "router": {"queues": [ROUTING], "steps": list(steps), **router},
        }
    }


def pool(*members: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"pools": {"all": {"members": [{"user": m} if isinstance(m, str) else m for m in members], **more}}}


TO_POOL = {"to": "pool", "pool": "all"}


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.tell(campaign_changed("c"), queue_changed("q-inbound"), queue_changed(ROUTING))
    rekindle.tell(*(user_changed(user) for user in ("ann", "bob", "cid", "boss")))
    return rekindle


def activated(rekindle: Rekindle, person_id: str = "p1", at: datetime = NOON, **values: Any) -> Person:
    """A lead of the inbound queue whose response is active."""
    days = (at - day(0)).total_seconds() / 86_400
    rekindle.clock.now = at
    rekindle.tell(person_changed(person_id, 0, status="New", owner_id="q-inbound", score=70, **values))
    rekindle.tell(response_recorded(f"r-{person_id}", person_id, "c", days))
    return rekindle.person(person_id)


def routed(rekindle: Rekindle, person_id: str = "p1", **values: Any) -> Routing:
    assignment = activated(rekindle, person_id, **values).assignment
    assert assignment is not None and assignment.routed
    routing = rekindle.use.route_leads(person_id, assignment.assignment_id)
    assert routing is not None
    return routing


# --- accounts ------------------------------------------------------------------------------------------------------


def test_a_lead_goes_to_the_owner_of_the_account_it_matches(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_owner"}))
    rekindle.tell(account_changed("acme", name="Acme Inc", domain="acme.com", owner_id="ann"))
    routing = routed(rekindle, email="jo@acme.com")
    assert (routing.owner_id, routing.account_id, routing.matched_by) == ("ann", "acme", "DOMAIN")
    assignment = rekindle.person().assignment
    assert assignment is not None
    assert (assignment.state, assignment.reason, assignment.first_owner_id) == (
        AssignmentState.ASSIGNED,
        AssignmentReason.ROUTED,
        "ann",
    )
    assert "ann got the lead as owner of its account acme" in routing.sentence


def test_a_lead_goes_to_a_role_on_the_accounts_team(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_team", "role": "SDR"}))
    rekindle.tell(account_changed("acme", domain="acme.com", owner_id="ann", team={"SDR": "bob"}))
    assert routed(rekindle, email="jo@acme.com").owner_id == "bob"


def test_a_suggestion_is_no_match(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_owner"}, TO_POOL, **pool("bob")))
    rekindle.tell(account_changed("acme", name="Acme Industries", owner_id="ann"))
    routing = routed(rekindle, company="Acme Industry")
    assert (routing.owner_id, routing.account_id, routing.suggested) == ("bob", None, ("acme",))


def test_an_account_whose_owner_left_leads_to_the_next_step(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_owner"}, TO_POOL, **pool("bob")))
    rekindle.tell(user_changed("ann", 1, is_active=False))
    rekindle.tell(account_changed("acme", domain="acme.com", owner_id="ann"))
    routing = routed(rekindle, email="jo@acme.com")
    assert (routing.owner_id, routing.passed) == ("bob", {"ann": Passed.INACTIVE_USER})
    assert "ann was not active" in routing.sentence


def test_an_account_of_a_temporary_owner_ends_no_wait(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_owner"}, TO_POOL, **pool("bob")))
    rekindle.tell(account_changed("acme", domain="acme.com", owner_id=ROUTING))
    routing = routed(rekindle, email="jo@acme.com")
    assert (routing.owner_id, routing.passed) == ("bob", {ROUTING: Passed.TEMPORARY_OWNER})


def test_the_crm_is_asked_to_convert_a_matched_lead_with_its_status(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_owner"}, convert=True))
    rekindle.tell(account_changed("acme", domain="acme.com", owner_id="ann"))
    (asked,) = events_from(routed(rekindle, email="jo@acme.com"))
    assert asked.detail_type == "Conversion Requested"
    assert (asked.detail["account_id"], asked.detail["owner_id"]) == ("acme", "ann")
    assert asked.detail["status"] == "Open - Not Contacted"


def test_what_is_not_matched_is_not_converted(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, convert=True, **pool("bob")))
    assert events_from(routed(rekindle, email="jo@gmail.com")) == ()


# --- pools ---------------------------------------------------------------------------------------------------------


def test_members_take_turns_by_their_capacity(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "capacity": 2}, "bob")))
    had = [routed(rekindle, f"p{n}").owner_id for n in range(6)]
    assert (had.count("ann"), had.count("bob")) == (4, 2)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"is_active": False}, Passed.INACTIVE_USER),
        ({"fields": {"absent_until": "2026-01-07"}}, Passed.ABSENT),
        ({"fields": {"absent_until": "2026-01-07T12:00:01Z"}}, Passed.ABSENT),
    ],
)
def test_who_is_away_is_passed_over(rekindle: Rekindle, told: dict[str, Any], why: Passed):
    rekindle.configure(routed_by(TO_POOL, **pool("ann", "bob")))
    rekindle.tell(user_changed("ann", 1, **told))
    routings = [routed(rekindle, f"p{n}") for n in range(3)]
    assert {r.owner_id for r in routings} == {"bob"}
    assert routings[0].passed == {"ann": why}


@pytest.mark.parametrize("until", ["2026-01-06", "2026-01-07T12:00:00Z", "soon", "", 7])
def test_an_absence_that_is_over_or_cannot_be_read_keeps_nobody_away(rekindle: Rekindle, until: Any):
    rekindle.configure(routed_by(TO_POOL, **pool("ann")))
    rekindle.tell(user_changed("ann", 1, fields={"absent_until": until}))
    assert routed(rekindle).owner_id == "ann"


def test_working_hours_are_those_of_the_users_own_clock(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool("ann", "bob", hours={})))
    rekindle.tell(user_changed("ann", 1, time_zone="America/New_York"))
    routing = routed(rekindle)
    assert (routing.owner_id, routing.passed) == ("bob", {"ann": Passed.OUTSIDE_HOURS}), "seven in the morning"


def test_on_a_holiday_nobody_works(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool("ann", hours={}, holidays=["2026-01-07"])))
    routing = routed(rekindle)
    assert (routing.owner_id, routing.reason) == (None, Unrouted.NOBODY_AVAILABLE)
    assert routing.again_at == datetime(2026, 1, 8, 9, tzinfo=UTC)


def test_where_nobody_is_at_work_it_is_tried_again_when_somebody_is(rekindle: Rekindle):
    friday_evening = datetime(2026, 1, 9, 20, tzinfo=UTC)
    rekindle.configure(routed_by(TO_POOL, rule={"deadline": "P7D"}, **pool("ann", hours={})))
    routing = routed(rekindle, at=friday_evening)
    assert routing.again_at == datetime(2026, 1, 12, 9, tzinfo=UTC)
    assert rekindle.memory.routings == [(routing.again_at, "p1", routing.assignment_id)]
    rekindle.clock.now = routing.again_at
    again = rekindle.use.route_leads("p1", routing.assignment_id)
    assert again is not None and again.owner_id == "ann"


def test_when_it_is_tried_again_is_told_in_utc(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, rule={"deadline": "P7D"}, **pool("ann", hours={})))
    rekindle.tell(user_changed("ann", 1, time_zone="America/New_York"))
    routing = routed(rekindle)
    nine_in_new_york = datetime(2026, 1, 7, 14, tzinfo=UTC)
    assert routing.again_at == nine_in_new_york
    # A schedule, and whatever is written of the instant, takes the clock as it stands.
    assert routing.again_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("until", "more", "again_at"),
    [
        ("2026-01-07T12:30:00Z", {}, datetime(2026, 1, 7, 12, 30, tzinfo=UTC)),
        ("2026-01-07T18:00:00Z", {"hours": {}}, datetime(2026, 1, 8, 9, tzinfo=UTC)),
        ("2026-01-08", {"hours": {}, "holidays": ["2026-01-09"]}, datetime(2026, 1, 12, 9, tzinfo=UTC)),
        ("2026-01-09", {}, datetime(2026, 1, 10, tzinfo=UTC)),
        ("9999-12-31", {}, None),
    ],
)
def test_who_is_absent_is_asked_again_when_back_at_work(
    rekindle: Rekindle, until: str, more: dict[str, Any], again_at: datetime | None
):
    rekindle.configure(routed_by(TO_POOL, rule={"deadline": "P7D"}, **pool("ann", **more)))
    rekindle.tell(user_changed("ann", 1, fields={"absent_until": until}))
    routing = routed(rekindle)
    assert (routing.passed, routing.again_at) == ({"ann": Passed.ABSENT}, again_at)


def test_an_accounts_owner_who_is_absent_is_asked_again_when_back(rekindle: Rekindle):
    rekindle.configure(routed_by({"to": "account_owner"}, rule={"deadline": "P7D"}))
    rekindle.tell(account_changed("acme", domain="acme.com", owner_id="ann"))
    rekindle.tell(user_changed("ann", 1, fields={"absent_until": "2026-01-07"}))
    assert routed(rekindle, email="jo@acme.com").again_at == datetime(2026, 1, 8, tzinfo=UTC)


def test_a_holiday_of_a_pool_without_hours_ends_at_midnight(rekindle: Rekindle):
    rekindle.configure(
        routed_by(TO_POOL, **pool("ann", holidays=["2026-01-07", "2026-01-08"], time_zone="Europe/Oslo"))
    )
    assert routed(rekindle).again_at == datetime(2026, 1, 8, 23, tzinfo=UTC)


def test_a_quota_that_is_reached_is_new_the_next_day(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, rule={"deadline": "P7D"}, **pool({"user": "ann", "quota": 1}, hours={})))
    assert routed(rekindle).owner_id == "ann"
    routing = routed(rekindle, "p2")
    assert (routing.owner_id, routing.again_at) == (None, datetime(2026, 1, 8, 9, tzinfo=UTC))


@pytest.mark.parametrize("time_zone", ["Nowhere/City", "America", "../../etc/passwd"])
@pytest.mark.parametrize("fields", [{}, {"absent_until": "2026-01-06"}])
def test_a_user_whose_time_zone_there_is_not_has_the_pools(rekindle: Rekindle, time_zone: str, fields: dict[str, Any]):
    rekindle.configure(routed_by(TO_POOL, **pool("ann", hours={})))
    rekindle.tell(user_changed("ann", 1, time_zone=time_zone, fields=fields))
    assert routed(rekindle).owner_id == "ann"


def test_a_lead_whose_deadline_comes_first_is_left_to_it(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool("ann", hours={})))
    routing = routed(rekindle, at=NOON + timedelta(hours=10))
    assert (routing.owner_id, rekindle.memory.routings) == (None, [])


def test_nobody_gets_more_than_the_quota_of_a_day(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "quota": 1}, {"user": "bob", "quota": 2})))
    routings = [routed(rekindle, f"p{n}") for n in range(4)]
    assert sorted(r.owner_id or "-" for r in routings) == ["-", "ann", "bob", "bob"]
    assert routings[-1].passed == {"ann": Passed.QUOTA_REACHED, "bob": Passed.QUOTA_REACHED}
    assert routed(rekindle, "p9", at=NOON + timedelta(days=1)).owner_id is not None


def test_a_step_is_for_those_whom_it_names(rekindle: Rekindle):
    rekindle.configure(routed_by({**TO_POOL, "where": {"country": ["DE", "AT"]}}, **pool("ann")))
    assert routed(rekindle, "p1", fields={"country": "AT"}).owner_id == "ann"
    assert routed(rekindle, "p2", fields={"country": "FR"}).reason == Unrouted.NO_STEP


# --- the waiting protocol ------------------------------------------------------------------------------------------


def test_routed_twice_is_routed_once(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool("ann", "bob")))
    routing = routed(rekindle)
    before = rekindle.person()
    assert rekindle.use.route_leads("p1", routing.assignment_id) is None
    assert rekindle.person() == before


def test_an_engine_that_was_faster_keeps_its_owner(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "quota": 1})))
    assignment = activated(rekindle).assignment
    assert assignment is not None
    rekindle.tell(person_changed("p1", 6.6, owner_id="cid"))
    assert rekindle.use.route_leads("p1", assignment.assignment_id) is None
    assert rekindle.person().owner_id == "cid"
    assert routed(rekindle, "p2").owner_id == "ann", "the quota was not touched"


@pytest.mark.parametrize("error", [Unavailable("throttled"), Conflict("somebody was faster")])
def test_a_commit_that_fails_uses_up_no_quota(rekindle: Rekindle, error: Exception, monkeypatch: pytest.MonkeyPatch):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "quota": 1})))
    assignment = activated(rekindle).assignment
    assert assignment is not None

    def fails(people: Any, *changes: Any) -> None:
        raise error

    for _ in range(4):
        with monkeypatch.context() as broken, pytest.raises(type(error)):
            broken.setattr(type(rekindle.use.ports.people), "commit", fails)
            rekindle.use.route_leads("p1", assignment.assignment_id)
    routing = rekindle.use.route_leads("p1", assignment.assignment_id)
    assert routing is not None and routing.owner_id == "ann"
    assert list(rekindle.memory.claims.values()) == [1]


def test_a_commit_whose_answer_was_lost_counts_once(rekindle: Rekindle, monkeypatch: pytest.MonkeyPatch):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "quota": 4})))
    assignment = activated(rekindle).assignment
    assert assignment is not None
    commit = type(rekindle.use.ports.people).commit

    def unanswered(people: Any, *changes: Any) -> None:
        commit(people, *changes)
        raise Unavailable("no answer")

    with monkeypatch.context() as broken, pytest.raises(Unavailable):
        broken.setattr(type(rekindle.use.ports.people), "commit", unanswered)
        rekindle.use.route_leads("p1", assignment.assignment_id)
    assert rekindle.use.route_leads("p1", assignment.assignment_id) is None
    assert list(rekindle.memory.claims.values()) == [1]


def test_a_quota_that_another_lead_reaches_first_leads_to_the_next_member(
    rekindle: Rekindle, monkeypatch: pytest.MonkeyPatch
):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "quota": 1}, "bob")))
    assignment = activated(rekindle).assignment
    other = activated(rekindle, "p2")
    assert assignment is not None
    commit = type(rekindle.use.ports.people).commit

    def after_the_other(people: Any, *changes: Any) -> None:
        monkeypatch.undo()
        (change,) = changes
        claimed = replace(other, version=other.version + 1)
        commit(people, Change(claimed, other.version, quota_claim=change.quota_claim))
        commit(people, *changes)

    monkeypatch.setattr(type(rekindle.use.ports.people), "commit", after_the_other)
    routing = rekindle.use.route_leads("p1", assignment.assignment_id)
    assert routing is not None and routing.owner_id == "bob"
    assert list(rekindle.memory.claims.values()) == [1]


def test_an_accounts_owner_who_is_a_member_of_an_earlier_pool_has_no_quota_there(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, {"to": "account_owner"}, **pool({"user": "ann", "quota": 1})))
    assert routed(rekindle, "p1").owner_id == "ann"
    rekindle.tell(account_changed("acme", domain="acme.com", owner_id="ann"))
    assert routed(rekindle, "p2", email="jo@acme.com").owner_id == "ann"


def test_an_engine_that_answers_at_the_same_instant_leaves_the_quota_untouched(
    rekindle: Rekindle, monkeypatch: pytest.MonkeyPatch
):
    rekindle.configure(routed_by(TO_POOL, **pool({"user": "ann", "quota": 1})))
    assignment = activated(rekindle).assignment
    assert assignment is not None
    commit = type(rekindle.use.ports.people).commit

    def answered_at_the_same_instant(people: Any, *changes: Any) -> None:
        monkeypatch.undo()
        rekindle.tell(person_changed("p1", 6.6, owner_id="cid"))
        raise Conflict("somebody was faster")

    monkeypatch.setattr(type(rekindle.use.ports.people), "commit", answered_at_the_same_instant)
    assert rekindle.use.route_leads("p1", assignment.assignment_id) is None
    assert commit is type(rekindle.use.ports.people).commit
    assert rekindle.memory.claims == {}


def test_leads_of_another_temporary_owner_wait_for_an_engine(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, rule={"to": "q-engine"}, **pool("ann")))
    assignment = activated(rekindle).assignment
    assert assignment is not None and assignment.waits and not assignment.routed


def test_a_lead_that_was_converted_while_waiting_is_routed_as_its_contact(rekindle: Rekindle):
    rekindle.configure(routed_by(TO_POOL, **pool("ann")))
    assignment = activated(rekindle).assignment
    assert assignment is not None
    rekindle.tell(person_changed("p1", 6.55, converted_contact_id="contact"))
    routing = rekindle.use.route_leads("p1", assignment.assignment_id)
    assert routing is not None and routing.person_id == "contact"
    assert rekindle.person("contact").owner_id == "ann"


# --- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("router", "path"),
    [
        ({"steps": [{"to": "pool"}]}, "assignment.router.steps[0].pool"),
        ({"steps": [{"to": "pool", "pool": "none"}]}, "assignment.router.steps[0].pool"),
        ({"steps": [{"to": "account_team"}]}, "assignment.router.steps[0].role"),
        ({"steps": [{"to": "anybody"}]}, "assignment.router.steps[0].to"),
        ({"steps": [{"to": ["pool"]}]}, "assignment.router.steps[0].to"),
        ({"steps": [{"to": "pool", "pool": {"name": "all"}}]}, "assignment.router.steps[0].pool"),
        (pool(), "assignment.router.pools.all.members"),
        (pool("ann", "ann"), "assignment.router.pools.all.members[1].user"),
        (pool({"user": "ann", "capacity": 0}), "assignment.router.pools.all.members[0].capacity"),
        (pool("ann", hours={"from": "9:00"}), "assignment.router.pools.all.hours.from"),
        (pool("ann", hours={"from": "09:00", "to": "09:00"}), "assignment.router.pools.all.hours.to"),
        (pool("ann", hours={"from": "18:00"}), "assignment.router.pools.all.hours.to"),
        (pool("ann", hours={"to": "06:00"}), "assignment.router.pools.all.hours.to"),
        (pool("ann", time_zone="Europe/Nowhere"), "assignment.router.pools.all.time_zone"),
        (pool("ann", holidays=["2026-02-30"]), "assignment.router.pools.all.holidays[0]"),
    ],
)
def test_a_fault_of_the_router_is_named_by_its_path(router: dict[str, Any], path: str):
    document = {**DOCUMENT, "assignment": {"router": router}}
    assert [at for at, _ in settings_document.faults(document)] == [path]


def test_hours_over_midnight_are_said_from_when_to_when(rekindle: Rekindle):
    nights = pool("ann", hours={"from": "22:00", "to": "06:00"})
    assert settings_document.faults({**DOCUMENT, **routed_by(TO_POOL, **nights)}) == []
    rekindle.configure(routed_by(TO_POOL, rule={"deadline": "P7D"}, **nights))
    assert routed(rekindle).again_at == datetime(2026, 1, 7, 22, tzinfo=UTC)


def test_members_must_be_known_and_active_when_saved(rekindle: Rekindle):
    rekindle.tell(user_changed("bob", 1, is_active=False))
    document = {**DOCUMENT, **routed_by(TO_POOL, **pool("ann", "bob", "nobody"))}
    with pytest.raises(InvalidSettings) as refused:
        rekindle.use.change_settings(document, None)
    assert [path for path, _ in refused.value.faults] == [
        "assignment.router.pools.all.members[1].user",
        "assignment.router.pools.all.members[2].user",
    ]
