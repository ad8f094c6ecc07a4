"""Responses, newest first: those of a person, and the members of a campaign by whether they responded or are active."""

from collections.abc import Sequence
from datetime import datetime

from rekindle.adapters.dynamodb.tables import PeopleItem
from rekindle.application.ports.people import MemberState
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.person import Person
from rekindle.domain.responses.response import Response

SHARDS = 4
"""Partitions for each campaign and group, so that none of them bounds how many members arrive in a second."""
_WAITS, _RESPONDED, _ACTIVE = "t", "r", "a"
_GROUPS = {
    MemberState.TARGETED: (_WAITS, _RESPONDED, _ACTIVE),
    MemberState.RESPONDED: (_RESPONDED, _ACTIVE),
    MemberState.DARK: (_WAITS,),
    MemberState.ACTIVE: (_ACTIVE,),
}
Key = tuple[str, str]
"""The key of an item: person, and record."""


def of_response(response: Response, person: Person) -> dict[str, str | None]:
    """Where the two indexes have a response of a person. Only one that was deleted has no campaign."""
    state = response.state
    if state.deleted or not response.campaign_id:
        return {"member": None, "member_at": None}
    group = _ACTIVE if _is_active(response, person) else _RESPONDED if state.responded else _WAITS
    name = digest(response.response_id)
    # The campaign stands last: its id may hold any character.
    return {
        "member": f"{group}{int(name, 16) % SHARDS}#{response.campaign_id}",
        "member_at": f"{times.millis(state.effective_at):015d}#{name}",
    }


def _is_active(response: Response, person: Person) -> bool:
    return person.active is not None and person.active.response_id == response.response_id


def entries_of_person(person_id: str, limit: int, start: str | None) -> tuple[Sequence[Key], str | None]:
    """The keys of a person's newest responses, and where the next page begins."""
    condition = PeopleItem.member_at < start if start is not None else None
    rows = PeopleItem.by_date.query(
        person_id, condition, limit=limit + 1, scan_index_forward=False, consistent_read=True
    )
    found = [(row.member_at, (row.person_id, row.record)) for row in rows]
    return [key for _, key in found[:limit]], found[limit - 1][0] if len(found) > limit else None


def entries(
    campaign_id: str, state: MemberState, limit: int, start: str | None, before: datetime | None
) -> tuple[Sequence[Key], str | None]:
    """The keys of the newest members, and where the next page begins. `before`: the instant before which those went
    dark who have not responded."""
    upper = start or (f"{times.millis(before):015d}" if before is not None else None)
    condition = PeopleItem.member_at < upper if upper is not None else None
    found: list[tuple[str, str, str]] = []
    for group in _GROUPS[state]:
        for shard in range(SHARDS):
            rows = PeopleItem.by_member.query(
                f"{group}{shard}#{campaign_id}", condition, limit=limit + 1, scan_index_forward=False
            )
            found.extend((row.member_at, row.person_id, row.record) for row in rows)
    found.sort(reverse=True)
    return [(person_id, record) for _, person_id, record in found[:limit]], (
        found[limit - 1][0] if len(found) > limit else None
    )


def in_state(response: Response, person: Person | None, campaign_id: str, state: MemberState) -> bool:
    """Whether a response is still where the index has it, which follows the table within a moment."""
    current = response.state
    if current.deleted or response.campaign_id != campaign_id:
        return False
    match state:
        case MemberState.ACTIVE:
            return person is not None and _is_active(response, person)
        case MemberState.DARK:
            return not current.responded
        case MemberState.RESPONDED:
            return current.responded
        case MemberState.TARGETED:
            return True
