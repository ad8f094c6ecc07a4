"""What of an event out is still true, before it is sent again: the person may have changed since."""

from collections.abc import Mapping
from typing import Any

from rekindle.domain.people.lifecycle import State
from rekindle.domain.people.person import Person


def detail_that_holds(detail_type: str, detail: Mapping[str, Any], person: Person | None) -> dict[str, Any] | None:
    """The detail as far as it holds for the person as it stands; None where it no longer does. An owner or a status of
    yesterday, written to a CRM today, would undo what people did there since."""
    if person is None or person.deleted or person.merged_into is not None:
        return None
    active, assignment = person.active, person.assignment
    match detail_type:
        case "Assignment Started" | "Assignment Completed" | "Assignment Timed Out":
            stands = (assignment.assignment_id, assignment.owner_id) if assignment is not None else None
            return dict(detail) if stands == (detail["assignment_id"], detail["owner_id"]) else None
        case "Response Activated":
            if active is None or active.decision_id != detail["decision_id"]:
                return None
            return {**detail, "status_changed": bool(detail["status_changed"]) and person.status == detail["status"]}
        case "Lead Recycled":
            lifecycle = person.lifecycle
            if (
                active is not None
                or lifecycle is None
                or lifecycle.state is not State.RECYCLED
                or lifecycle.cycle != detail["cycle"]
            ):
                return None
            return {**detail, "status_changed": bool(detail["status_changed"]) and person.status == detail["status"]}
        case "Response Deactivated":
            return dict(detail) if active is None or active.response_id != detail["response_id"] else None
    return None
