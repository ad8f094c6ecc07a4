"""Failures: listed by state and time, claimed once, settled, and removed where they are about an erased person."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from rekindle.application.ports.notifications import CLAIMED
from rekindle.domain.core.values import replace
from rekindle.domain.failures.failure import Backlog, Failure, FailureState
from tests.contract.stores import FAILURES_KEPT, NOW, Stores, Tables

SECOND = timedelta(seconds=1)
OPEN, RESENT, DISCARDED = FailureState


def a_failure(number: int, **values: Any) -> Failure:
    known = {"reason": "INVALID_FIELD", "body": f'{{"number": {number}}}', "record": "person", "person_ids": ("p",)}
    return Failure(f"f{number}", NOW + number * SECOND, **{**known, **values})


FULL = a_failure(
    7,
    record_id="p",
    event_id="e",
    event_at=NOW - SECOND,
    source="crm",
    message="expected a text",
    field="detail.email",
    person_ids=("p", "q"),
)


def listed(stores: Stores, state: FailureState = OPEN, reason: str | None = None, limit: int = 10) -> list[str]:
    """The ids of all pages."""
    names: list[str] = []
    start: str | None = None
    while True:
        page = stores.failures.page(state, reason, limit, start)
        assert len(page.items) <= limit
        names += [failure.failure_id for failure in page.items]
        start = page.next
        if start is None:
            return names


def test_a_failure_is_kept_as_it_came_and_once(stores: Stores) -> None:
    stores.failures.add(FULL)
    stores.failures.add(replace(FULL, reason="OTHER"))
    assert stores.failures.get("f7") == FULL
    assert stores.failures.get("f8") is None


def test_a_list_has_the_newest_first_and_no_body(stores: Stores) -> None:
    for number in (3, 1, 2):
        stores.failures.add(a_failure(number))
    assert listed(stores, limit=2) == listed(stores, limit=1) == ["f3", "f2", "f1"]
    assert {failure.body for failure in stores.failures.page(OPEN, None, 10).items} == {""}


def test_a_list_is_of_one_state_and_one_reason(stores: Stores) -> None:
    for number in range(6):
        stores.failures.add(a_failure(number, reason="EVEN" if number % 2 == 0 else "ODD"))
    stores.failures.settle(replace(a_failure(4), state=DISCARDED, handled_at=NOW, handled_by="me", note="old"))
    assert listed(stores, reason="EVEN", limit=1) == ["f2", "f0"]
    assert listed(stores, DISCARDED) == ["f4"] and listed(stores, RESENT) == []


def test_one_of_many_claims(stores: Stores) -> None:
    stores.failures.add(a_failure(1))
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: stores.failures.claim("f1", NOW), range(24)))
    assert [claim for claim in claims if claim is not None] == [a_failure(1)]


def test_a_claim_whose_answer_was_lost_is_made_again(tables: Tables) -> None:
    lost = [0]
    events = tables.client.meta.events
    # Asked after each answer whether the request is to be sent again, and after how many seconds.
    events.register_first("needs-retry.dynamodb.UpdateItem", lambda **_: lost.pop() if lost else None)
    tables.failures.add(a_failure(1))
    assert tables.failures.claim("f1", NOW) == a_failure(1)
    assert lost == [] and tables.failures.claim("f1", NOW) is None


def test_a_claim_ends_with_its_time_or_when_it_is_given_up(stores: Stores) -> None:
    stores.failures.add(a_failure(1))
    assert stores.failures.claim("f1", NOW) is not None
    assert stores.failures.claim("f1", NOW + CLAIMED - SECOND) is None
    assert stores.failures.claim("f1", NOW + CLAIMED + SECOND) is not None
    stores.failures.release(a_failure(1))
    assert stores.failures.claim("f1", NOW) is not None
    assert stores.failures.claim("f2", NOW) is None


def test_what_was_sent_again_is_not_claimed_and_has_no_body(stores: Stores) -> None:
    stores.failures.add(a_failure(1))
    claimed = stores.failures.claim("f1", NOW)
    assert claimed is not None
    done = replace(claimed, state=RESENT, handled_at=NOW, handled_by="me")
    stores.failures.settle(done)
    assert stores.failures.get("f1") == replace(done, body="")
    assert stores.failures.claim("f1", NOW + 2 * CLAIMED) is None


def test_what_was_discarded_keeps_its_body_and_the_note(stores: Stores) -> None:
    stores.failures.add(a_failure(1))
    done = replace(a_failure(1), state=DISCARDED, handled_at=NOW, handled_by="me", note="a test")
    stores.failures.settle(done)
    assert stores.failures.get("f1") == done


def test_what_is_gone_does_not_come_back(stores: Stores) -> None:
    stores.failures.settle(replace(a_failure(1), state=RESENT, handled_at=NOW, handled_by="me"))
    stores.failures.release(a_failure(1))
    assert stores.failures.get("f1") is None


def test_the_backlog_counts_what_is_open(stores: Stores) -> None:
    assert stores.failures.backlog() == Backlog(0, None)
    for number in (5, 3, 4):
        stores.failures.add(a_failure(number))
    stores.failures.settle(replace(a_failure(3), state=RESENT, handled_at=NOW, handled_by="me"))
    assert stores.failures.backlog() == Backlog(2, NOW + 4 * SECOND)


def test_what_is_about_a_person_is_found_and_removed(stores: Stores) -> None:
    several = {"detail": {"ChangeEventHeader": {"entityName": "Lead", "recordIds": ["p", "z"]}}}
    failures = [
        a_failure(1),
        a_failure(2, person_ids=("q",)),
        a_failure(3, person_ids=(), body='{"first_name": "Ada", "person_id": "p'),
        a_failure(4, person_ids=(), body='{"person_id": "p"'),
        a_failure(5, person_ids=("pp",), body='{"person_id": "pp"}'),
        a_failure(6, person_ids=(), record="response", record_id="r"),
        a_failure(7, person_ids=(), record="response", record_id="s"),
        a_failure(8, person_ids=("p", "z"), body=json.dumps(several)),
    ]
    for failure in failures:
        stores.failures.add(failure)
    about = stores.failures.about({"p", "q"}, lambda response_id: response_id == "r")
    assert sorted(failure.failure_id for failure in about) == ["f1", "f2", "f4", "f6", "f8"]
    assert stores.failures.erase({"p", "q"}, lambda response_id: response_id == "r") == 5
    assert listed(stores) == ["f8", "f7", "f5", "f3"]
    assert json.loads(stores.failures.get("f8").body)["detail"]["ChangeEventHeader"]["recordIds"] == ["z"]  # type: ignore[union-attr]


def test_many_people_are_looked_for_at_once(stores: Stores) -> None:
    for number in range(3):
        stores.failures.add(a_failure(number, person_ids=(f"p{number * 50}",)))
    assert stores.failures.erase({f"p{number}" for number in range(101)}, lambda _: False) == 3


def test_open_failures_never_expire_and_others_do(tables: Tables) -> None:
    for number in (1, 2):
        tables.failures.add(a_failure(number))
    tables.failures.settle(replace(a_failure(2), state=DISCARDED, handled_at=NOW, handled_by="me", note="n"))
    name = tables.names.people.replace("PeopleTable", "FailuresTable")
    items = {item["failure_id"]["S"]: item for item in tables.client.scan(TableName=name)["Items"]}
    assert "expires" not in items["f1"]
    assert int(items["f2"]["expires"]["N"]) == int((NOW + FAILURES_KEPT).timestamp())
