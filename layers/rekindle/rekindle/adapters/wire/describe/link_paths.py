"""The routes of tracked links, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.operations import body, in_path, operation, unsigned, with_status
from rekindle.adapters.wire.describe.schemas import Json

_LINK = in_path("link_id", "")
_TOKEN = in_path("token", "Of one person and one link.", {"type": "string", "minLength": 1})


def link_paths() -> Json:
    return {
        "/links": {
            "post": with_status(
                "201",
                operation(
                    "create_link",
                    "Links",
                    "A tracked link to an allowed destination; the same request again is answered by the same link",
                    "Link",
                    [],
                    ["Malformed", "Invalid"],
                    body("LinkRequest"),
                ),
            )
        },
        "/links/{link_id}": {"get": operation("get_link", "Links", "A tracked link", "Link", [_LINK], ["NotFound"])},
        "/links/{link_id}/tokens": {
            "post": with_status(
                "201",
                operation(
                    "create_link_tokens",
                    "Links",
                    "The address of a link for each of up to 200 people",
                    "LinkTokens",
                    [_LINK],
                    ["Malformed", "NotFound", "Invalid"],
                    body("LinkTokensRequest"),
                ),
            )
        },
        "/r/{token}": {
            "get": _redirect("follow_link", "Lead a click on to the destination of its link"),
            "head": _redirect("look_at_link", "The same without a body; the click is taken for a program's"),
        },
    }


def _redirect(name: str, summary: str) -> Json:
    followed = operation(
        name, "Links", summary, None, [_TOKEN], ["NotFound", "Expired"], media="text/plain", example=""
    )
    location = {"description": "Where the link leads.", "schema": {"type": "string", "format": "uri"}}
    answered = with_status("302", unsigned(followed))
    answered["responses"]["302"]["headers"] = {"Location": location}
    return answered
