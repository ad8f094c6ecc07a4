"""A change as writes of one transaction."""

from collections.abc import Iterator, Sequence

from rekindle.adapters.dynamodb import encoding, lifecycle_encoding, people_encoding, writes
from rekindle.adapters.dynamodb.candidates import FIRST, Classes, cand, key_of_response
from rekindle.adapters.dynamodb.ledger import ledger_image
from rekindle.adapters.dynamodb.members import of_response
from rekindle.adapters.dynamodb.tables import (
    ASSIGNED,
    CAND,
    HOME,
    OWED,
    PERSON,
    LedgerItem,
    PeopleItem,
    ScoreItem,
    compact,
    home_key,
)
from rekindle.adapters.dynamodb.writes import Condition, Image, Write
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.directory import HEAD as HEAD_LETTERS
from rekindle.domain.people.directory import directory_keys
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change, origins
from rekindle.domain.responses.response import Response

ACTIVATED, CHANGED = "activated", "changed"
LIVES, GONE = "lives_with", "gone"
"""What a home holds: whose the response is, or which change deleted a response that nobody has."""


def writes_of(change: Change, shards: int, expires: int | None, listed: bool) -> Iterator[Write]:
    person_id, people = change.person.person_id, PeopleItem.Meta.table_name
    yield _write_of_person(change, shards)
    for response in change.responses:
        yield _write_of_response(change.person, response, change.classes)
    for response_id in change.removed:
        yield writes.delete(people, key_of(person_id, key_of_response(response_id)))
    for record in (change.decision, *change.entries):
        if record is not None:
            condition = writes.missing("person") if record is change.decision else None
            yield writes.put(LedgerItem.Meta.table_name, ledger_image(record, expires, listed=listed), condition)
    if change.member is not None:
        # Only a backfill has one.
        from rekindle.adapters.dynamodb.batches import member_image

        yield writes.put(LedgerItem.Meta.table_name, member_image(change.member))
    if change.timer is not None:
        from rekindle.adapters.dynamodb.timers import timer_image

        yield writes.put(LedgerItem.Meta.table_name, timer_image(change.timer))
    if change.quota_claim is not None:
        # Only the router has one.
        from rekindle.adapters.dynamodb.pools import write_of_claim

        yield write_of_claim(change.quota_claim)
    if change.new_score is not None:
        # Only a recycling has one.
        from rekindle.adapters.dynamodb.scores import score_image

        new, read_version = change.new_score
        yield writes.put(ScoreItem.Meta.table_name, score_image(new), writes.unchanged("person_id", read_version))
    if change.unchanged_score is not None:
        scored, score = change.unchanged_score
        condition = writes.unchanged("person_id", score.version if score else 0)
        yield writes.check(ScoreItem.Meta.table_name, writes.texts({"person_id": scored}), condition)


def writes_of_homes(changes: Sequence[Change]) -> Iterator[Write]:
    """A home is written where a response has a new one, on condition that it is where this commit takes it from, or
    here already: no two people ever have the same response."""
    table, leaving = PeopleItem.Meta.table_name, origins(changes)
    arrived = set()
    for change in changes:
        for response in change.arriving():
            arrived.add(response.response_id)
            here = writes.texts({LIVES: change.person.person_id})
            if response.response_id in leaving:
                condition = unchanged_home(LIVES, leaving[response.response_id])
            else:
                condition = unchanged_home(GONE, str(change.tombstone) if change.tombstone else None)
            either = Condition(f"{condition.expression} OR {LIVES} = :here", {**condition.values, ":here": here[LIVES]})
            yield writes.put(table, {**key_of_home(response.response_id), **here}, either)
    for response_id in leaving.keys() - arrived:
        yield writes.delete(table, key_of_home(response_id))


def unchanged_home(name: str, read: str | None) -> Condition:
    """That a home still holds what was read of it; None: that there is none."""
    return Condition(f"{name} = :read", writes.texts({":read": read})) if read else writes.missing("person_id")


def key_of_home(response_id: str) -> Image:
    return key_of(home_key(response_id), HOME)


def _write_of_person(change: Change, shards: int) -> Write:
    person = change.person
    assigned, owed = _assigned(person, shards), lifecycle_encoding.owed(person, shards)
    listed = _listed(person)
    attributes = writes.texts(
        {
            CAND: FIRST,
            **assigned,
            **owed,
            **listed,
            "core": compact(lifecycle_encoding.core(person)),
            "profile": None if person.profile is None else compact(encoding.encoded(person.profile)),
            "watch": ACTIVATED if change.status_activated else None,
            "watch_due": times.text(change.status_activated.due) if change.status_activated else None,
            "identity": CHANGED if change.identity_changed else None,
        }
    )
    return writes.update(
        PeopleItem.Meta.table_name,
        key_of(person.person_id, PERSON),
        {"version": writes.number(person.version), **attributes},
        remove=[
            *(() if change.status_activated else ("watch", "watch_due")),
            *(() if change.identity_changed else ("identity",)),
            *(() if assigned else (ASSIGNED, "assigned_at")),
            *(() if owed else (OWED, "owed_at")),
            *(name for name, value in listed.items() if value is None),
        ],
        condition=writes.unchanged("person_id", change.read_version),
    )


def _listed(person: Person) -> dict[str, str | None]:
    """Under which keys the person is found; nothing where only the part that decisions look at was read."""
    if person.profile is None:
        return {}
    keys = directory_keys(person)
    head = keys.name[:HEAD_LETTERS] if keys.name else None
    return {"mail": keys.mail, "phone": keys.phone, "name_head": head, "name": keys.name}


def _assigned(person: Person, shards: int) -> dict[str, str]:
    """Where the index of assignments has the person: in one of several partitions for each state, so that none of them
    bounds how many assignments begin in a second."""
    assignment = person.assignment
    if assignment is None:
        return {}
    at = f"{times.millis(assignment.next_due or assignment.activated_at):015d}"
    shard = int(digest(person.person_id), 16) % shards
    return {ASSIGNED: f"{assignment.state}#{shard}", "assigned_at": f"{at}#{person.person_id}"}


def _write_of_response(person: Person, response: Response, classes: Classes) -> Write:
    table, person_id = PeopleItem.Meta.table_name, person.person_id
    if response.details is not None:
        return writes.put(table, response_image(person, response, classes))
    attributes = _state_attributes(person, response, classes)
    gone = [name for name, value in attributes.items() if value is None]
    extend = _trail(person_id, response) if response.trail else None
    return writes.update(
        table, key_of(person_id, key_of_response(response.response_id)), writes.texts(attributes), gone, extend
    )


def response_image(person: Person, response: Response, classes: Classes) -> Image:
    """A response as its whole item."""
    details = None if response.details is None else compact(encoding.encoded(response.details))
    attributes = {
        "response_id": response.response_id,
        "details": details,
        **_state_attributes(person, response, classes),
    }
    key = key_of(person.person_id, key_of_response(response.response_id))
    return {**key, **writes.texts(attributes), **_trail(person.person_id, response)}


def _state_attributes(person: Person, response: Response, classes: Classes) -> dict[str, str | None]:
    state = {"campaign_id": response.campaign_id, **encoding.encoded(response.state)}
    return {
        CAND: cand(response, classes),
        "campaign_id": None if response.state.deleted else response.campaign_id or None,
        **of_response(response, person),
        "standing": compact(state),
    }


def _trail(person_id: str, response: Response) -> Image:
    return {"trail": {"L": [{"S": compact(people_encoding.trace(t, person_id))} for t in response.trail]}}


def key_of(person_id: str, record: str) -> Image:
    return writes.texts({"person_id": person_id, "record": record})
