"""Whoever is warned, or hears that a lead is overdue, is notified: once, and only as long as it is true."""

from typing import Any

import pytest

from rekindle.adapters.memory.topic import MemoryTopic
from rekindle.adapters.templates import JinjaTemplates
from rekindle.adapters.wire.notices import notice_of
from rekindle.application.notifications.send_notifications import SendNotifications, Sent
from rekindle.domain.notifications.notification import Notice, Withheld
from tests.support.builders import Rekindle, person_changed
from tests.unit.application.lifecycle.test_handoffs import at, pass_time, started


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = started()
    rekindle.announce()
    rekindle.bus.published.clear()
    return rekindle


def requested(rekindle: Rekindle) -> list[Notice]:
    assert rekindle.announce() == []
    asked = [event for event in rekindle.bus.published if event.detail_type == "Notification Requested"]
    return [notice_of({"detail": event.body()}) for event in asked]


def send(rekindle: Rekindle, notices: list[Notice]) -> tuple[Sent, list[Any]]:
    topic, ports = MemoryTopic(), rekindle.use.ports
    use_case = SendNotifications(
        ports.people, ports.reference, ports.sent_notifications, JinjaTemplates(), topic, rekindle.clock
    )
    return use_case(notices), topic.published


def test_the_owner_is_warned_and_whom_the_policy_names_hears_of_it(rekindle: Rekindle):
    pass_time(rekindle, "mon 14:00")
    notices = requested(rekindle)
    assert [(one.kind, one.notify_id) for one in notices] == [
        ("sla_warned", "owner"),
        ("sla_warned", "owner"),
        ("sla_escalated", "boss"),
    ]
    sent, messages = send(rekindle, notices)
    assert (sent.notified, sent.withheld) == (3, {})
    assert messages[-1].text.subject == "A lead is overdue: p1"
    assert "the deadline was 2026-01-05 14:00 UTC" in messages[-1].text.body
    assert send(rekindle, notices)[0].duplicates == 3


def test_nobody_is_warned_of_what_is_done(rekindle: Rekindle):
    pass_time(rekindle, "mon 12:30")
    notices = requested(rekindle)
    rekindle.tell(person_changed("p1", at("mon 12:31"), status="Working"))
    assert send(rekindle, notices)[0].withheld == {Withheld.ANSWERED: 1}


def test_whoever_lost_the_lead_is_not_warned(rekindle: Rekindle):
    pass_time(rekindle, "mon 12:30")
    notices = requested(rekindle)
    rekindle.tell(person_changed("p1", at("mon 12:31"), owner_id="second"))
    assert send(rekindle, notices)[0].withheld == {Withheld.MOVED_ON: 1}
