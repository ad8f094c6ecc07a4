"""Whoever gets a lead is told once for each cycle, recipient and kind; of many at once in one message."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from rekindle.adapters.memory import MemorySentNotifications, MemoryTopic
from rekindle.adapters.templates import JinjaTemplates
from rekindle.adapters.wire.notices import notice_of
from rekindle.application.notifications.send_notifications import SendNotifications, Sent
from rekindle.application.ports.notifications import CLAIMED, SENT_KEPT
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.notifications.notification import Message, Notice, Withheld
from rekindle.domain.notifications.template import LISTED, Kind, Template, Text, Values
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    person_deleted,
    queue_changed,
    response_recorded,
    user_changed,
)

ACTIVE, NURTURE = "Open - Not Contacted", "Nurture"
RULE = {"to": "q-routing", "deadline": "P1D", "reminder": "PT1H", "fallback": "u-manager"}


@dataclass(frozen=True)
class FaultyMarks(MemorySentNotifications):
    """Dies, as it were, before a stamp is kept; or does not answer when it is claimed."""

    fails: dict[str, Callable[[], Exception]] = field(default_factory=dict)

    def claim(self, event_id: str, now: Any) -> Any:
        if "claim" in self.fails:
            raise self.fails["claim"]()
        return super().claim(event_id, now)

    def sent(self, event_id: str, now: Any) -> None:
        if "sent" in self.fails:
            raise self.fails["sent"]()
        super().sent(event_id, now)


class Died(BaseException):
    """The function is no more: no handler of exceptions sees it."""


@dataclass
class Desk:
    """Rekindle with a topic, and what has been requested of it."""

    rekindle: Rekindle = field(default_factory=Rekindle)
    topic: MemoryTopic = field(default_factory=MemoryTopic)

    def __post_init__(self) -> None:
        self.stamps = FaultyMarks(self.rekindle.memory)
        self.rekindle.clock.now = day(10)
        self.configure()
        self.rekindle.tell(
            campaign_changed("webinar", name="Spring webinar"),
            user_changed("u-1", name="Ada Byron"),
            user_changed("u-2", name="Grace Hopper"),
            user_changed("u-manager", name="Mary Boss"),
        )
        self.rekindle.tell(queue_changed("q-routing", name="Routing"))

    def configure(self, **notifications: Any) -> None:
        self.rekindle.configure({"assignment": {"rules": [RULE]}, "notifications": notifications})

    def wait(self, person_id: str = "p1") -> None:
        """A lead that became active and waits for an owner."""
        self.rekindle.tell(
            person_changed(person_id, 1, status="New", first_name="Lee", last_name=person_id, score=10),
            response_recorded(f"r-{person_id}", person_id, "webinar", 2),
            person_changed(person_id, 10, score=70),
        )
        self.rekindle.deliver()

    def give(self, owner_id: str, person_id: str = "p1", at: float = 10.01) -> None:
        self.rekindle.tell(person_changed(person_id, at, owner_id=owner_id))

    def requested(self) -> list[Notice]:
        """What was requested since."""
        before = len(self.rekindle.bus.published)
        assert self.rekindle.announce() == []
        told = self.rekindle.bus.published[before:]
        return [notice_of({"detail": e.body()}) for e in told if e.detail_type == "Notification Requested"]

    def send(self, *notices: Notice, templates: Any = None) -> Sent:
        rekindle = self.rekindle
        use_case = SendNotifications(
            rekindle.use.ports.people,
            rekindle.use.ports.reference,
            self.stamps,
            templates or JinjaTemplates(),
            self.topic,
            rekindle.clock,
        )
        return use_case(notices)

    @property
    def told(self) -> list[tuple[str, str, int]]:
        """Kind, recipient and number of notifications of each message."""
        return [(m.kind.value, m.notify_id, len(m.notices)) for m in self.topic.published]

    @property
    def newest(self) -> Message:
        return self.topic.published[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def assigned(desk: Desk, *person_ids: str, to: str = "u-1") -> list[Notice]:
    for person_id in person_ids or ("p1",):
        desk.wait(person_id)
        desk.give(to, person_id)
    return desk.requested()


def test_the_owner_who_was_found_is_told_of_lead_and_campaign(desk: Desk) -> None:
    (notice,) = assigned(desk)
    sent = desk.send(notice)
    assert (sent.messages, sent.notified, sent.left) == (1, 1, [])
    assert desk.told == [("assigned", "u-1", 1)]
    assert desk.newest.text.subject == "New lead for Ada Byron: Lee p1"
    assert "Campaign: Spring webinar" in desk.newest.text.body


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"do_not_contact": True}, "The person does not want to be contacted."),
        ({"undeliverable": True}, "Messages to the person's address do not arrive."),
        ({"do_not_contact": False}, "Campaign: Spring webinar"),
    ],
)
def test_whoever_gets_a_lead_is_told_that_it_is_not_to_be_written_to(
    desk: Desk, values: dict[str, bool], line: str
) -> None:
    (notice,) = assigned(desk)
    desk.rekindle.tell(person_changed("p1", 500, **values))
    desk.send(notice)
    assert desk.newest.text.body.strip().endswith(line)


def test_nobody_is_told_while_the_lead_waits_for_its_owner(desk: Desk) -> None:
    desk.wait()
    assert desk.requested() == []


def test_a_response_that_finds_an_active_one_tells_nobody(desk: Desk) -> None:
    """Already engaged."""
    desk.send(*assigned(desk))
    desk.rekindle.tell(response_recorded("again", "p1", "webinar", 10.5))
    assert desk.requested() == []


def test_an_event_that_is_delivered_again_is_told_once(desk: Desk) -> None:
    (notice,) = assigned(desk)
    desk.send(notice)
    for later in (timedelta(), CLAIMED, SENT_KEPT - timedelta(minutes=1)):
        desk.rekindle.clock.now = day(10) + later
        sent = desk.send(notice)
        assert (sent.messages, sent.duplicates, sent.left) == (0, 1, [])
    assert len(desk.told) == 1


def test_an_event_that_is_twice_in_a_batch_is_told_once(desk: Desk) -> None:
    (notice,) = assigned(desk)
    assert desk.send(notice, notice).left == [1]
    assert desk.send(notice).duplicates == 1
    assert len(desk.told) == 1


def test_two_functions_that_have_the_same_event_at_once_send_one_message(desk: Desk) -> None:
    (notice,) = assigned(desk)

    class Overlapping(JinjaTemplates):
        def write(self, name: str, template: Template, values: Values) -> Text:
            assert desk.send(notice).left == [0]
            return super().write(name, template, values)

    assert desk.send(notice, templates=Overlapping()).left == []
    assert len(desk.told) == 1


def test_who_dies_before_sending_leaves_it_to_the_next_delivery(desk: Desk) -> None:
    (notice,) = assigned(desk)

    class Dying(JinjaTemplates):
        def write(self, name: str, template: Template, values: Values) -> Text:
            raise Died

    with pytest.raises(Died):
        desk.send(notice, templates=Dying())
    assert (desk.send(notice).left, desk.told) == ([0], [])
    desk.rekindle.clock.now += CLAIMED
    assert (desk.send(notice).left, len(desk.told)) == ([], 1)


def test_who_dies_between_sending_and_marking_is_the_one_way_to_two_messages(desk: Desk) -> None:
    (notice,) = assigned(desk)
    desk.stamps.fails["sent"] = Died
    with pytest.raises(Died):
        desk.send(notice)
    desk.stamps.fails.clear()
    assert desk.send(notice).left == [0]
    desk.rekindle.clock.now += CLAIMED
    desk.send(notice)
    desk.send(notice)
    assert len(desk.told) == 2


def test_a_mark_that_could_not_be_kept_does_not_send_again(desk: Desk) -> None:
    (notice,) = assigned(desk)
    desk.stamps.fails["sent"] = lambda: Unavailable("no")
    sent = desk.send(notice)
    assert (sent.messages, sent.unrecorded, sent.left) == (1, 1, [])


def test_a_topic_that_does_not_answer_is_asked_again_once_the_claim_is_over(desk: Desk) -> None:
    (notice,) = assigned(desk)
    desk.topic.refusals = 1
    assert desk.send(notice).left == [0]
    desk.rekindle.clock.now += CLAIMED
    assert (desk.send(notice).left, len(desk.told)) == ([], 1)


def test_a_store_that_does_not_answer_leaves_all_to_be_delivered_again(desk: Desk) -> None:
    notices = assigned(desk, "p1", "p2")
    desk.stamps.fails["claim"] = lambda: Unavailable("no")
    sent = desk.send(*notices)
    assert (sent.left, sent.errors, desk.told) == ([0, 1], [], [])


def test_one_that_fails_does_not_hold_back_its_neighbours(desk: Desk) -> None:
    first = assigned(desk, "p1")
    second = assigned(desk, "p2", to="u-2")

    class Failing(JinjaTemplates):
        def write(self, name: str, template: Template, values: Values) -> Text:
            if values["recipient"]["id"] == "u-1":
                raise ZeroDivisionError
            return super().write(name, template, values)

    sent = desk.send(*first, *second, templates=Failing())
    assert (sent.left, [type(e) for e in sent.errors]) == ([0], [ZeroDivisionError])
    assert desk.told == [("assigned", "u-2", 1)]


def test_who_has_the_lead_no_more_is_not_told(desk: Desk) -> None:
    notices = assigned(desk)
    desk.give("u-2", at=10.02)
    sent = desk.send(*notices, *desk.requested())
    assert sent.withheld == {Withheld.MOVED_ON: 1}
    assert desk.told == [("reassigned", "u-2", 1)]


def test_who_gets_a_lead_back_is_told_of_that(desk: Desk) -> None:
    notices = assigned(desk)
    desk.give("u-2", at=10.02)
    desk.give("u-1", at=10.03)
    desk.send(*notices, *desk.requested())
    assert desk.told == [("assigned", "u-1", 1), ("reassigned", "u-1", 1)]


def test_a_person_who_was_deleted_is_not_told_of(desk: Desk) -> None:
    notices = assigned(desk)
    desk.rekindle.tell(person_deleted("p1", 10.5))
    assert desk.send(*notices).withheld == {Withheld.GONE: 1}


def test_a_lead_that_was_closed_is_not_told_of(desk: Desk) -> None:
    notices = assigned(desk)
    desk.rekindle.tell(person_changed("p1", 10.5, status=NURTURE))
    assert desk.send(*notices).withheld == {Withheld.ENDED: 1}


def test_a_new_cycle_makes_the_notification_of_the_old_one_untrue(desk: Desk) -> None:
    notices = assigned(desk)
    desk.rekindle.tell(person_changed("p1", 10.5, status="Disqualified"))
    desk.rekindle.tell(
        person_changed("p1", 11, score=10),
        response_recorded("r2", "p1", "webinar", 12),
        person_changed("p1", 12.5, score=70),
    )
    desk.rekindle.deliver()
    assert desk.rekindle.person().cycles == 2
    assert desk.send(*notices).withheld == {Withheld.ENDED: 1}


def test_a_lead_that_became_another_is_told_of_by_its_new_id(desk: Desk) -> None:
    notices = assigned(desk)
    desk.rekindle.tell(person_changed("p9", 1, first_name="New", last_name="Me", status=ACTIVE))
    desk.rekindle.tell(people_merged("p9", "p1", at=10.5))
    desk.rekindle.tell(person_changed("p9", 10.6, owner_id="u-1"))
    desk.send(*notices)
    assert desk.told == [("assigned", "u-1", 1)]
    assert "(p9)" in desk.newest.text.body


def wait_again(desk: Desk, moment: float) -> list[Notice]:
    """The reminder, or the deadline, at its time."""
    desk.rekindle.clock.now = day(moment)
    while desk.rekindle.memory.begun:
        desk.rekindle.use.start_assignments(desk.rekindle.memory.begun.popleft())
    for wait in list(desk.rekindle.memory.waits.values()):
        desk.rekindle.use.time_out_assignments(wait)
    return desk.requested()


def test_the_fallback_is_reminded_of_a_lead_that_waits_and_given_it_in_the_end(desk: Desk) -> None:
    desk.wait()
    desk.send(*wait_again(desk, 10.5))
    assert desk.told == [("reminder", "u-manager", 1)]
    assert "waits with Routing" in desk.newest.text.body
    desk.send(*wait_again(desk, 11.5))
    assert desk.told[1:] == [("timed_out", "u-manager", 1)]


def test_nobody_is_reminded_of_a_lead_that_was_taken_meanwhile(desk: Desk) -> None:
    desk.wait()
    notices = wait_again(desk, 10.5)
    desk.give("u-1", at=10.6)
    assert desk.send(*notices).withheld == {Withheld.ANSWERED: 1}


# --- digest ----------------------------------------------------------------------------------------------------------


def test_many_to_one_recipient_are_told_in_one(desk: Desk) -> None:
    people = [f"p{n}" for n in range(LISTED + 5)]
    sent = desk.send(*assigned(desk, *people))
    assert (sent.messages, sent.notified) == (1, LISTED + 5)
    assert desk.newest.is_digest
    assert desk.newest.text.subject == f"{LISTED + 5} leads for Ada Byron"
    lines = desk.newest.text.body.splitlines()
    assert (len(lines), lines[-1]) == (LISTED + 1, "and 5 more")


def test_what_a_digest_told_is_not_told_again_in_another_company(desk: Desk) -> None:
    notices = assigned(desk, *(f"p{n}" for n in range(5)))
    desk.send(*notices)
    more = assigned(desk, *(f"q{n}" for n in range(5)))
    sent = desk.send(*notices[:3], *more, *notices[3:])
    assert (sent.messages, sent.notified, sent.duplicates) == (1, 5, 5)


def test_few_are_told_one_by_one(desk: Desk) -> None:
    desk.send(*assigned(desk, "p1", "p2", "p3", "p4"))
    assert desk.told == [("assigned", "u-1", 1)] * 4


def test_from_how_many_on_is_a_setting(desk: Desk) -> None:
    desk.configure(digest_from=2)
    desk.send(*assigned(desk, "p1", "p2"))
    assert desk.told == [("assigned", "u-1", 2)]


def test_other_recipients_and_other_kinds_are_other_digests(desk: Desk) -> None:
    desk.configure(digest_from=2)
    mine, hers = assigned(desk, "p1", "p2", "p3"), assigned(desk, "p4", "p5", to="u-2")
    desk.give("u-1", "p1", at=10.02)
    for person_id in ("p4", "p5"):
        desk.give("u-1", person_id, at=10.03)
    moved = desk.requested()
    desk.send(*mine, *hers, *moved)
    assert desk.told == [("assigned", "u-1", 3), ("reassigned", "u-1", 2)]


# --- templates -------------------------------------------------------------------------------------------------------


def test_the_text_is_the_settings_own(desk: Desk) -> None:
    desk.configure(templates={"assigned": {"subject": "{{ person.last_name|upper }} for {{ owner.id }}"}})
    desk.send(*assigned(desk))
    assert desk.newest.text.subject == "P1 for u-1"
    assert "Campaign: Spring webinar" in desk.newest.text.body


@pytest.mark.parametrize(
    "source", ["{{ nothing.like }}", "{% if", "{{ person.name < 3 }}", "{% for x in person %}{% endfor %}"]
)
@pytest.mark.parametrize("part", ["subject", "body"])
def test_a_template_that_fails_gives_way_to_the_built_in_one(desk: Desk, part: str, source: str) -> None:
    """Also one that was stored past the validation."""
    desk.configure(templates={"assigned": {part: source}})
    sent = desk.send(*assigned(desk))
    assert desk.newest.text.subject == "New lead for Ada Byron: Lee p1"
    ((name, bad),) = sent.bad_templates
    assert (name, bad.part, bad.line, sent.left) == ("assigned", part, 1, [])
    assert "Lee" not in str(bad)


def test_nobody_is_told_where_notifications_are_off(desk: Desk) -> None:
    desk.configure(enabled=False)
    sent = desk.send(*assigned(desk))
    assert (sent.withheld, sent.left, desk.told) == ({"OFF": 1}, [], [])


def test_every_kind_has_words_of_its_own_for_somebody_who_is_not_known(desk: Desk) -> None:
    (notice,) = assigned(desk, to="u-unknown")
    desk.send(notice)
    assert desk.newest.text.subject == "New lead for u-unknown: Lee p1"
    assert notice.kind is Kind.ASSIGNED
