"""What a deletion and an erasure remove, in whatever order the facts arrive, and what stays."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from rekindle.application.capture import erase_people
from rekindle.domain.capture.facts import PersonDeleted
from rekindle.domain.core.errors import NotFound, Unavailable
from rekindle.domain.lifecycle.journey import Erased
from rekindle.domain.people.person import Erasure
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.runtime.use_cases import UseCases
from tests.support.builders import (
    Rekindle,
    a_failure,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    person_deleted,
    person_erased,
    response_recorded,
    user_changed,
    user_deleted,
)

TEXTS = {"email": "ada@acme.example", "first_name": "Ada", "phone": "+47 555 0001", "fields": {"notes": "likes Ada"}}
OF_RESPONSE = {
    "click_url": "https://acme.example/?email=ada@acme.example",
    "source_code": "ada-list",
    "fields": {"comment": "call me, Ada"},
}


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure(lookback_days=30)
    rekindle.tell(campaign_changed("webinar"), campaign_changed("fair"))
    return rekindle


@pytest.fixture
def known(rekindle: Rekindle) -> Rekindle:
    """A person with texts, a credited response, and a record that was merged into it."""
    rekindle.tell(
        person_changed("p2", 1, kind="contact", **{**TEXTS, "first_name": "Adele", "phone": "+47 555 0002"}),
        person_changed("p1", 1, status="New", score=10, **TEXTS),
        response_recorded("r2", "p2", "fair", 2, **OF_RESPONSE),
        response_recorded("r1", "p1", "webinar", 2, **OF_RESPONSE),
        people_merged("p1", "p2", at=3),
        person_changed("p1", 4, score=70),
    )
    rekindle.deliver()
    rekindle.clock.now = day(30)
    return rekindle


def texts_in(rekindle: Rekindle) -> list[str]:
    """The person's texts that are still anywhere in memory."""
    everything = repr(rekindle.memory)
    return [text for text in ("Ada", "Adele", "acme.example", "555 000", "ada-list") if text in everything]


def test_the_fixture_is_full_of_texts(known: Rekindle):
    assert texts_in(known) == ["Ada", "Adele", "acme.example", "555 000", "ada-list"]


@pytest.mark.parametrize("fact", [person_deleted("p1", 20), person_erased("p1", 20), person_erased("p2", 20)])
def test_no_text_stays_anywhere(known: Rekindle, fact: PersonDeleted):
    known.tell(fact)
    assert texts_in(known) == []


def test_the_credit_stays_without_the_texts(known: Rekindle):
    before = known.explanations()
    known.tell(person_erased("p1", 20))
    assert known.explanations() == before
    assert [one.decision.campaign_id for one in before if one.decision.activates] == ["webinar"]


def test_an_erasure_announces_itself_once(known: Rekindle):
    known.tell(person_erased("p1", 20), person_erased("p1", 20))
    known.announce()
    (event,) = [event for event in known.bus.published if event.detail_type == "Person Erased"]
    assert (event.person_id, event.occurred_at) == ("p1", day(20))
    assert dict(event.detail) == {"people": 2, "responses": 2, "failures": 0}


def test_a_plain_deletion_announces_no_erasure(known: Rekindle):
    known.tell(person_deleted("p1", 20))
    assert not [r for r in known.memory.outbox if isinstance(r, Erased)]


def test_the_deletion_of_a_merged_record_takes_only_its_own_texts(known: Rekindle):
    known.tell(person_deleted("p2", 20))
    assert texts_in(known) == ["Ada", "acme.example", "555 000", "ada-list"]
    assert known.tell(person_deleted("p2", 20)).applied == 0


@pytest.mark.parametrize("values", [TEXTS, {"fields": {"other": "Ada"}}, {"company": "Ada's"}])
def test_an_older_fact_brings_no_text_back(known: Rekindle, values: dict[str, object]):
    known.tell(person_erased("p1", 20), person_changed("p1", 19, **values), person_changed("p2", 19, **values))
    assert texts_in(known) == []
    assert known.person().deleted


@pytest.mark.parametrize(("response_id", "at"), [("r1", 19), ("r1", 21), ("r3", 19), ("r3", 21)])
def test_a_response_brings_no_text_back_while_the_person_is_deleted(known: Rekindle, response_id: str, at: float):
    known.tell(person_erased("p1", 20), response_recorded(response_id, "p1", "fair", at, **OF_RESPONSE))
    assert texts_in(known) == []


def test_a_restored_person_gets_new_texts_and_not_the_old_ones(known: Rekindle):
    known.tell(person_erased("p1", 20), person_changed("p1", 21, last_name="Byron"), person_changed("p1", 19, **TEXTS))
    known.tell(response_recorded("r1", "p1", "webinar", 19, **OF_RESPONSE))
    known.tell(response_recorded("r4", "p1", "fair", 22, click_url="https://new.example"))
    assert texts_in(known) == []
    profile, details = known.person().profile, known.responses()["r4"].details
    assert profile is not None and profile.last_name == "Byron"
    assert details is not None and details.click_url == "https://new.example"


def test_an_erasure_that_arrives_after_the_restoring_fact_takes_what_was_known_before(known: Rekindle):
    known.tell(person_changed("p1", 21, last_name="Byron"), person_erased("p1", 20))
    assert texts_in(known) == []
    person = known.person()
    assert not person.deleted and person.profile is not None and person.profile.last_name == "Byron"
    assert known.active() == "r1"


def test_in_one_instant_a_deletion_ends_what_was_recorded_before_it(known: Rekindle):
    changed = person_changed("p1", 20, **TEXTS)
    known.tell(changed, person_erased("p1", 20), changed)
    assert known.person().deleted and texts_in(known) == []


@pytest.mark.parametrize("erased", [person_deleted("p1", 20), person_erased("p1", 20)])
def test_who_is_merged_into_an_erased_person_is_erased_with_it(known: Rekindle, erased: PersonDeleted):
    known.tell(erased, person_changed("p3", 5, **TEXTS), response_recorded("r3", "p3", "fair", 6, **OF_RESPONSE))
    assert texts_in(known) != []
    known.tell(people_merged("p1", "p3", at=25))
    assert texts_in(known) == []


def test_a_response_that_moves_to_an_erased_person_leaves_its_texts(known: Rekindle):
    known.tell(person_erased("p1", 20), response_recorded("r5", "p5", "fair", 6, **OF_RESPONSE))
    known.tell(response_recorded("r5", "p1", "fair", 21))
    assert list(known.responses("p5")) == [] and texts_in(known) == []


def test_a_person_may_be_erased_before_anything_else_is_known(rekindle: Rekindle):
    rekindle.tell(person_erased("p1", 5), person_changed("p1", 4, **TEXTS))
    assert rekindle.person().deleted and texts_in(rekindle) == []


def test_who_was_only_deleted_can_still_be_erased(known: Rekindle):
    known.tell(person_deleted("p1", 20))
    known.memory.failures["f"] = a_failure("f", person_ids=("p1",))
    known.tell(person_erased("p1", 20))
    assert known.memory.failures == {}


# --- failures ------------------------------------------------------------------------------------------------------


def message(detail_type: str, **detail: object) -> str:
    return json.dumps({"detail-type": detail_type, "source": "crm", "detail": detail})


@pytest.mark.parametrize(
    ("values", "stays"),
    [
        ({"person_ids": ("p1",)}, False),
        ({"person_ids": ("p2",)}, False),
        ({"record": "response", "record_id": "r1"}, False),
        ({"body": '{"person_id": "p1", "first_name": "Ada'}, False),
        ({"person_ids": ("p10",)}, True),
        ({"record": "response", "record_id": "r9"}, True),
        ({"person_ids": ("p1", "p9"), "body": message("People Merged", survivor_id="p9", merged_ids=["p1"])}, True),
    ],
)
def test_failures_about_the_person_go(known: Rekindle, values: dict[str, object], stays: bool):
    known.memory.failures["f"] = a_failure("f", **values)
    known.tell(person_erased("p1", 20))
    assert ("f" in known.memory.failures) is stays


def test_a_change_of_several_records_stays_for_the_others(known: Rekindle):
    header = {"entityName": "Lead", "recordIds": ["p1", "p9"]}
    body = message("LeadChangeEvent", ChangeEventHeader=header)
    known.memory.failures["f"] = a_failure("f", body=body, person_ids=("p1", "p9"))
    known.tell(person_erased("p1", 20))
    assert json.loads(known.memory.failures["f"].body)["detail"]["ChangeEventHeader"]["recordIds"] == ["p9"]


# --- on request ----------------------------------------------------------------------------------------------------


def test_a_request_answers_what_was_erased_and_the_same_again(known: Rekindle):
    first = known.use.erase_people.requested("p2")
    known.clock.now = day(40)
    assert known.use.erase_people.requested("p1") == first
    person, erasure = first
    assert (person.person_id, erasure.people, erasure.responses) == ("p1", 2, 2)
    assert day(30) <= erasure.requested_at <= (erasure.completed_at or day(0)) < day(31)


def test_a_request_goes_before_the_clock_of_the_crm(known: Rekindle):
    known.tell(person_changed("p1", 30.002, **TEXTS))
    known.use.erase_people.requested("p1")
    assert known.person().deleted and texts_in(known) == []


def test_a_person_that_was_restored_can_be_erased_again(known: Rekindle):
    known.use.erase_people.requested("p1")
    known.tell(person_changed("p1", 31, **TEXTS))
    known.clock.now = day(32)
    _, erasure = known.use.erase_people.requested("p1")
    assert erasure.requested_at >= day(32) and texts_in(known) == []


def test_nobody_is_erased_whom_nobody_knows(rekindle: Rekindle):
    with pytest.raises(NotFound):
        rekindle.use.erase_people.requested("p1")
    assert rekindle.memory.people == {}


# --- large histories -----------------------------------------------------------------------------------------------


@dataclass
class Queue:
    """The next runs, as a queue would deliver them."""

    facts: list[PersonDeleted] = field(default_factory=list)

    def erasure(self, person_id: str, erasure: Erasure) -> None:
        again = ChangeStamp(erasure.requested_at, None, 0, ("again",))
        self.facts.append(PersonDeleted(person_id, again, erase=erasure.everywhere))


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase_people, "BATCH", 2)
    monkeypatch.setattr(erase_people, "STEPS", 2)


@pytest.fixture
def large(known: Rekindle, small_steps: None) -> Iterator[tuple[Rekindle, Queue]]:
    known.tell(*(response_recorded(f"r1{n}", "p1", "fair", 5, **OF_RESPONSE) for n in range(9)))
    queue = Queue()
    ports: Any = known.use.ports
    ports.continuations = queue
    known.use = UseCases(ports)
    yield known, queue


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_large_history_takes_several_runs(large: tuple[Rekindle, Queue], everywhere: bool):
    known, queue = large
    known.tell(person_erased("p1", 20) if everywhere else person_deleted("p1", 20))
    runs = 1
    while queue.facts:
        assert texts_in(known) != [] or runs == 3
        known.tell(queue.facts.pop())
        runs += 1
    assert (runs, texts_in(known)) == (3, [])
    erasure = known.memory.people["p1"].erasure
    assert erasure is not None and erasure.completed_at is not None
    assert (erasure.responses, erasure.everywhere) == (11, everywhere)


@pytest.mark.parametrize("erase", [person_deleted, person_erased])
def test_a_delivery_that_was_interrupted_goes_on(
    known: Rekindle, small_steps: None, erase: Callable[[str, float], PersonDeleted]
):
    known.tell(*(response_recorded(f"r1{n}", "p1", "fair", 5, **OF_RESPONSE) for n in range(9)))
    known.faults.writes = 0
    known.faults.fails = lambda write: write % 2 == 0
    fact, deliveries = erase("p1", 20), 0
    while True:
        deliveries += 1
        try:
            known.tell(fact)
            break
        except Unavailable:
            continue
    assert deliveries > 2 and texts_in(known) == []
    assert known.memory.people["p1"].erasure.responses == 11  # type: ignore[union-attr]


def test_somebody_who_changes_the_person_meanwhile_loses_nothing(known: Rekindle, small_steps: None):
    known.tell(*(response_recorded(f"r1{n}", "p1", "fair", 5, **OF_RESPONSE) for n in range(9)))
    late = response_recorded("r19", "p1", "fair", 6, **OF_RESPONSE)
    known.faults.meanwhile.extend([lambda: None, lambda: None, lambda: known.tell(late)])
    known.tell(person_erased("p1", 20))
    assert texts_in(known) == [] and "r19" in known.responses()


# --- users ---------------------------------------------------------------------------------------------------------


def test_a_deleted_user_is_inactive_and_nameless_in_every_version(rekindle: Rekindle):
    rekindle.tell(
        user_changed("u1", 1, name="Ada", email="ada@acme.example", role="SDR"),
        user_changed("u1", 2, role="AE"),
        user_deleted("u1", 5),
        user_changed("u1", 4, name="Ada"),
        user_deleted("u1", 5),
    )
    user = rekindle.memory.reference["user"]["u1"][-1]
    assert (user.is_active, user.name, user.email, user.role) == (False, None, None, "AE")
    assert texts_in(rekindle) == []


def test_a_user_that_comes_back_has_a_name_again(rekindle: Rekindle):
    rekindle.tell(user_changed("u1", 1, name="Ada"), user_deleted("u1", 5))
    rekindle.tell(user_changed("u1", 6, name="Grace", is_active=True))
    rekindle.tell(user_deleted("u1", 5))
    user = rekindle.memory.reference["user"]["u1"][-1]
    assert (user.is_active, user.name) == (True, "Grace")
