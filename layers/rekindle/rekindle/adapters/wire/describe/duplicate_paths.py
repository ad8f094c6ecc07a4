"""The routes of possible duplicates, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.operations import body, collection, in_path, operation
from rekindle.adapters.wire.describe.schemas import Json
from rekindle.domain.people.possible_duplicate import DuplicateState

_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which pairs.",
    "schema": {"enum": [state.value for state in DuplicateState], "default": DuplicateState.OPEN.value},
}
_PAIR = in_path("duplicate_id", "")


def duplicate_paths() -> Json:
    return {
        "/duplicates": {
            "get": collection(
                "get_duplicates",
                "Records that may be one person, the newest pair first; a page may be shorter than the limit and not "
                "the last",
                "Duplicate",
                None,
                tag="People",
                more=[_STATE],
            ),
        },
        "/duplicates/{duplicate_id}": {
            "get": operation("get_duplicate", "People", "One such pair", "Duplicate", [_PAIR], ["NotFound", "Invalid"]),
        },
        "/duplicates/{duplicate_id}/undo": {
            "post": operation(
                "undo_duplicate",
                "People",
                "The answer is taken back: a union, while nothing happened since that forbids it, or a dismissal",
                "Duplicate",
                [_PAIR],
                ["NotFound", "Invalid", "Conflict"],
            ),
        },
        **{
            f"/duplicates/{{duplicate_id}}/{said}": {
                "post": operation(
                    f"post_{said}",
                    "People",
                    summary,
                    "Duplicate",
                    [_PAIR],
                    ["Malformed", "NotFound", "Invalid", "Conflict"],
                    {**body(schema), "required": False},
                )
            }
            for said, schema, summary in (
                ("union", "Union", "One record becomes the other, with all that was known of it"),
                ("dismissal", "Dismissal", "The two stay apart, and are not suggested again"),
            )
        },
    }
