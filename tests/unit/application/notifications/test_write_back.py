"""The full circle: a decision, its events, the rules of template.yaml, a CRM that tells what was changed in it; and
then nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.wire.events import facts_of
from rekindle.domain.assignment.timer import assignment_timer
from rekindle.domain.people.assignment import AssignmentReason, AssignmentState
from rekindle.domain.reactivation.decision import Outcome
from tests.support.builders import Rekindle
from tests.support.salesforce import (
    ASSIGNMENT,
    CAMPAIGN,
    CONTACT,
    EARLIER_CAMPAIGN,
    EARLIER_MEMBER,
    INBOUND,
    LEAD,
    MANAGER,
    MEMBER,
    OTHER_REP,
    PARAMETERS,
    REP,
    ROUTING,
    Call,
    Salesforce,
    calls,
)

OPEN = "Open - Not Contacted"
API = "/services/data/v62.0/sobjects"
ANY = {"assignment": {"rules": [{"owners": [], "to": ROUTING, "reminder": None}]}}
Envelopes = list[dict[str, Any]]


@dataclass
class Org:
    """A Salesforce whose changes Rekindle hears, and whose records it writes."""

    rekindle: Rekindle = field(default_factory=Rekindle)
    crm: Salesforce = field(default_factory=Salesforce)
    written: int = 0
    """How many of the events out were written back."""

    def __post_init__(self) -> None:
        self.configure({})
        self.hear(self.crm.created("Campaign", CAMPAIGN, Name="Webinar", IsActive=True))

    def configure(self, document: Mapping[str, Any], **score: Any) -> None:
        self.rekindle.configure({"assignment": ASSIGNMENT, **document}, **score)

    def hear(self, *envelopes: dict[str, Any]) -> None:
        """What the CRM tells, and all that follows from it before the next."""
        for envelope in envelopes:
            self.rekindle.clock.now = self.crm.now
            self.rekindle.tell(*facts_of(envelope))
            self.rekindle.deliver()
            self.rekindle.schedule()
            self.rekindle.announce()

    def due(self) -> list[Call]:
        """What is to be written of the events that were not yet."""
        fresh = self.rekindle.bus.published[self.written :]
        self.written += len(fresh)
        return calls(fresh)

    def write(self) -> Envelopes:
        """Write what is due; answers what the CRM tells of it."""
        return [envelope for call in self.due() for envelope in self.crm.called(call)]

    def time_out(self, person_id: str = LEAD) -> None:
        assignment = self.rekindle.person(person_id).assignment
        wait = assignment_timer(person_id, assignment) if assignment is not None else None
        assert wait is not None
        self.rekindle.clock.now = wait.due
        self.crm.now = wait.due + timedelta(seconds=1)
        self.rekindle.use.time_out_assignments(wait)
        self.rekindle.announce()

    def came_of(self) -> tuple[int, list[str]]:
        """How many decisions there are, and what was told of them."""
        return len(self.rekindle.memory.decisions), self.rekindle.told()


def a_lead(org: Org, **fields: Any) -> None:
    """Somebody below the threshold, who responded."""
    known = {"Status": "New", "OwnerId": INBOUND, "Score__c": 10.0, **fields}
    org.hear(org.crm.created("Lead", LEAD, **known), a_member(org, LeadId=LEAD))


def a_member(org: Org, member: str = MEMBER, campaign: str = CAMPAIGN, **fields: Any) -> dict[str, Any]:
    return org.crm.created("CampaignMember", member, CampaignId=campaign, HasResponded=True, **fields)


def cross(org: Org, entity: str = "Lead", record_id: str = LEAD) -> None:
    org.hear(*org.crm.changed(entity, record_id, Score__c=70.0))


def to_lead(**body: Any) -> Call:
    return Call("PATCH", f"{API}/Lead/{LEAD}", body)


def to_member(member: str, decision_id: str) -> Call:
    return Call("PATCH", f"{API}/CampaignMember/{member}", {"Decision__c": decision_id})


def credited_by(org: Org) -> str:
    engagement = org.rekindle.person(LEAD).active
    assert engagement is not None
    return engagement.decision_id


def waiting(**fields: Any) -> Org:
    """A lead that waits for its owner, as the CRM knows."""
    org = Org()
    a_lead(org, **fields)
    cross(org)
    org.hear(*org.write())
    return org


def test_owner_status_and_credit_reach_the_crm() -> None:
    org = Org()
    a_lead(org)
    cross(org)
    assert org.due() == [
        to_lead(Status=OPEN),
        to_lead(Active_Campaign__c=CAMPAIGN),
        to_member(MEMBER, credited_by(org)),
        to_lead(OwnerId=ROUTING),
    ]


def test_the_orgs_own_rules_choose_no_owner_when_we_write() -> None:
    org = Org()
    a_lead(org)
    cross(org)
    assert {call.headers["Sforce-Auto-Assign"] for call in org.due()} == {"FALSE"}


def test_what_comes_back_changes_nothing_but_that_the_owner_is_confirmed() -> None:
    org = Org()
    a_lead(org)
    cross(org)
    before, came = org.rekindle.person(LEAD), org.came_of()
    told = org.write()
    assert len(told) == 4

    org.hear(*told)

    after = org.rekindle.person(LEAD)
    assert org.came_of() == came
    assert before.assignment is not None and after.assignment == replace(before.assignment, confirmed=True)
    assert (after.active, after.owner_id, after.status) == (before.active, ROUTING, OPEN)
    assert after.profile is not None and after.profile.changed_by == REP, "who acted last is still who acted"
    assert org.due() == []


@given(st.data())
def test_nothing_comes_of_it_in_any_order_and_however_often(data: st.DataObject) -> None:
    org = Org()
    a_lead(org)
    cross(org)
    came, told = org.came_of(), org.write()

    org.hear(*data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4)))))

    assert org.came_of() == came
    assert not org.rekindle.memory.activations
    assert org.due() == []


def test_an_owner_whom_the_crm_told_of_is_not_written() -> None:
    org = waiting()
    org.hear(*org.crm.changed("Lead", LEAD, OwnerId=REP))
    assert org.rekindle.told()[-2:] == ["Assignment Completed", "Notification Requested"]
    assert org.due() == []


def test_an_owner_whom_an_engine_confirmed_is_written() -> None:
    org = waiting()
    org.rekindle.use.complete_assignments(LEAD, REP)
    org.rekindle.announce()
    came, told = org.came_of(), org.write()
    assert org.crm.records[LEAD]["OwnerId"] == REP

    org.hear(*told)

    assert org.came_of() == came


def test_a_temporary_owner_who_is_confirmed_has_the_lead_already() -> None:
    org = waiting()
    org.rekindle.use.complete_assignments(LEAD, None)
    org.rekindle.announce()
    assert org.rekindle.told()[-2:] == ["Assignment Completed", "Notification Requested"]
    assert org.due() == []


def test_the_fallback_is_written_and_coming_back_is_no_answer() -> None:
    org = waiting()
    org.time_out()
    came, told = org.came_of(), org.write()
    assert org.crm.records[LEAD]["OwnerId"] == MANAGER

    org.hear(*told)

    assert org.came_of() == came
    assert org.rekindle.person(LEAD).assignment.state is AssignmentState.TIMED_OUT  # type: ignore[union-attr]


def test_without_a_fallback_nobody_is_written() -> None:
    org = Org()
    org.configure(ANY)
    a_lead(org)
    cross(org)
    org.hear(*org.write())
    org.time_out()
    assert "Assignment Timed Out" in org.rekindle.told()
    assert org.due() == []


def test_who_waits_where_it_was_already_is_not_moved() -> None:
    org = Org()
    org.configure(ANY)
    a_lead(org, OwnerId=ROUTING)
    cross(org)
    assert "Assignment Started" in org.rekindle.told()
    assert [call.body for call in org.due() if "OwnerId" in call.body] == []


def test_a_status_that_was_active_already_is_not_written() -> None:
    org = Org()
    a_lead(org, Status="Working")
    cross(org)
    assert "Response Activated" in org.rekindle.told()
    assert [call.body for call in org.due() if "Status" in call.body] == []


def test_a_contact_is_written_in_its_own_fields_and_keeps_its_owner() -> None:
    org = Org()
    known = {"Contact_Status__c": "New", "OwnerId": INBOUND, "Score__c": 10.0}
    org.hear(org.crm.created("Contact", CONTACT, **known), a_member(org, ContactId=CONTACT))
    cross(org, "Contact", CONTACT)
    path = f"{API}/Contact/{CONTACT}"
    due = org.due()
    assert due[:2] == [
        Call("PATCH", path, {"Contact_Status__c": OPEN}),
        Call("PATCH", path, {"Active_Campaign__c": CAMPAIGN}),
    ]
    assert [call.path for call in due[2:]] == [f"{API}/CampaignMember/{MEMBER}"]


def test_a_contact_that_was_converted_while_it_waited_gets_its_fallback() -> None:
    org = waiting()
    org.hear(
        org.crm.created("Contact", CONTACT, OwnerId=ROUTING),
        *org.crm.changed("Lead", LEAD, ConvertedContactId=CONTACT),
    )
    org.time_out()
    assert org.due() == [Call("PATCH", f"{API}/Contact/{CONTACT}", {"OwnerId": MANAGER})]


def test_an_inserted_response_has_no_member_to_write() -> None:
    org = Org()
    org.configure({}, default_campaign={"single": CAMPAIGN})
    org.hear(org.crm.created("Lead", LEAD, Status="New", OwnerId=INBOUND, Score__c=10.0))
    cross(org)
    assert [d.outcome for d in org.rekindle.decisions(LEAD)] == [Outcome.INSERTED_DEFAULT]
    assert {call.path for call in org.due()} == {f"{API}/Lead/{LEAD}"}


def test_people_of_another_crm_are_not_written() -> None:
    org = Org()
    told = {"person_id": "p-1", "status": "New", "owner_id": INBOUND, "score": 10}
    responded = {"response_id": "r-1", "person_id": "p-1", "campaign_id": CAMPAIGN, "responded": True}
    for number, (kind, detail) in enumerate(
        [("Person Changed", told), ("Response Recorded", responded), ("Person Changed", {**told, "score": 70})]
    ):
        at = f"2026-01-02T00:00:0{number}Z"
        org.hear({"source": "crm", "detail-type": kind, "time": at, "detail": detail})
    assert "Assignment Started" in org.rekindle.told()
    assert org.due() == []


def test_the_credit_of_a_member_is_taken_off_where_another_takes_its_place() -> None:
    org = Org()
    org.hear(org.crm.created("Campaign", EARLIER_CAMPAIGN, Name="Fair", IsActive=True))
    a_lead(org)
    late = a_member(org, EARLIER_MEMBER, EARLIER_CAMPAIGN, LeadId=LEAD)
    cross(org)
    org.write()
    assert "Decision__c" in org.crm.records[MEMBER]

    org.hear(late)  # it responded after the other, and before the crossing

    assert org.rekindle.active(LEAD) == EARLIER_MEMBER
    org.hear(*org.write())
    assert org.crm.records[MEMBER]["Decision__c"] is None
    assert org.crm.records[EARLIER_MEMBER]["Decision__c"] == credited_by(org)
    assert org.crm.records[LEAD]["Active_Campaign__c"] == EARLIER_CAMPAIGN
    assert org.rekindle.credited(LEAD) == EARLIER_CAMPAIGN


# --- races with people and engines -------------------------------------------------------------------------------


@pytest.mark.parametrize("ours", [True, False])
def test_a_status_of_ours_that_overtook_a_humans_asks_for_no_reactivation(ours: bool) -> None:
    """Somebody put the lead into Nurture before our Open arrived, which then overwrote it."""
    org = Org()
    a_lead(org)
    cross(org)
    human = org.crm.changed("Lead", LEAD, Status="Nurture")
    back = org.write() if ours else org.crm.changed("Lead", LEAD, Status=OPEN)
    decisions = len(org.rekindle.decisions(LEAD))

    org.hear(*human, *back)

    assert org.rekindle.person(LEAD).status == OPEN
    assert len(org.rekindle.decisions(LEAD)) - decisions == (0 if ours else 1)


def test_an_owner_of_ours_that_comes_too_late_is_no_reassignment() -> None:
    """An engine answered before our write of the temporary owner arrived, which then overwrote the answer."""
    org = Org()
    a_lead(org)
    cross(org)
    due = [call for call in org.due() if "OwnerId" in call.body]
    org.hear(*org.crm.changed("Lead", LEAD, OwnerId=REP))
    came = org.came_of()

    org.hear(*(envelope for call in due for envelope in org.crm.called(call)))

    person = org.rekindle.person(LEAD)
    assert org.came_of() == came
    assert person.owner_id == ROUTING, "as the CRM has it"
    assert person.assignment is not None
    assert (person.assignment.first_owner_id, person.assignment.owner_id) == (REP, REP)
    org.hear(*org.crm.changed("Lead", LEAD, OwnerId=OTHER_REP))
    (told,) = org.rekindle.bus.published[len(came[1]) :]
    assert (told.detail_type, told.detail["kind"]) == ("Notification Requested", "reassigned")
    assert told.detail["owner_decided"] is False


def test_the_fallback_of_the_cycle_before_ends_no_wait_of_the_next() -> None:
    org = waiting()
    org.time_out()
    late = org.due()
    org.hear(*org.crm.changed("Lead", LEAD, Status="Disqualified", OwnerId=INBOUND))
    org.hear(*org.crm.changed("Lead", LEAD, Score__c=10.0), a_member(org, EARLIER_MEMBER, LeadId=LEAD))
    cross(org)
    assert org.rekindle.person(LEAD).cycles == 2
    came = org.came_of()

    org.hear(*(envelope for call in late for envelope in org.crm.called(call)))

    assert org.came_of() == came
    assert org.rekindle.person(LEAD).assignment.waits  # type: ignore[union-attr]


def test_an_engine_that_answers_within_our_own_transaction_is_heard() -> None:
    """A flow of the org that runs when the owner becomes the routing queue: one change, and it tells our name."""
    org = Org()
    a_lead(org)
    cross(org)
    (call,) = (call for call in org.due() if "OwnerId" in call.body)

    org.hear(*org.crm.called(replace(call, body={"OwnerId": REP})))

    assignment = org.rekindle.person(LEAD).assignment
    assert assignment is not None
    assert (assignment.state, assignment.reason) == (AssignmentState.ASSIGNED, AssignmentReason.OWNER_CHANGED)


# --- what must not be written --------------------------------------------------------------------------------------


def events_of_all_kinds() -> list[Any]:
    org = waiting()
    org.time_out()
    return list(org.rekindle.bus.published)


EVENTS = events_of_all_kinds()
NAMES = sorted({name for event in EVENTS for name in event.detail})


@pytest.mark.parametrize("name", [*NAMES, "person_id"])
def test_no_empty_value_is_ever_written(name: str) -> None:
    """A transformer writes an empty text for what is not there."""
    for event in EVENTS:
        absent = {n: v for n, v in event.detail.items() if n != name}
        emptied = {**absent, name: ""} if name in ("person_id", "owner_id", "campaign_id", "response_id") else absent
        for detail in (absent, {**absent, name: None}, emptied):
            for call in calls([replace(event, detail=detail)]):
                assert all(call.body.values())
                assert not call.path.endswith("/")


@pytest.mark.parametrize("missing", ["WriteBackUrl", "WriteBackCampaignField", "WriteBackMemberField"])
def test_what_has_no_field_is_not_written(missing: str) -> None:
    told = calls(EVENTS, {**PARAMETERS, missing: ""})
    names = {name for call in told for name in call.body}
    gone = {"WriteBackCampaignField": {"Active_Campaign__c"}, "WriteBackMemberField": {"Decision__c"}}
    everything = {"OwnerId", "Status", "Active_Campaign__c", "Decision__c"}
    assert names == everything - gone.get(missing, everything)
