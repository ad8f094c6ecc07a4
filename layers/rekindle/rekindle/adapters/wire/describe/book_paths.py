"""The routes of the books, as OpenAPI describes them."""

from rekindle.adapters.wire.books import MONTH
from rekindle.adapters.wire.describe.operations import collection, in_path, operation
from rekindle.adapters.wire.describe.schemas import Json, ref

_SHA256 = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
_PERIOD = in_path(
    "period",
    "A month of the settings' time zone.",
    {"type": "string", "pattern": f"^{MONTH.pattern}$", "examples": ["2026-03"]},
)
_KNOWN = {"history": None, "stack": {"closed_at": "2026-04-05T03:30:00Z", "records": {"count": 4, "sha256": _SHA256}}}
_ACCOUNT = {
    "volumes": {"MQL": 3, "SAL": 1, "SQL": 1, "Won": 1},
    "credit": [{"campaign_id": "spring-webinar", "credit": 3}],
    "shares": [
        {"model": "active_response", "campaign_id": "spring-webinar", "currency": "EUR", "amount": 1000.01},
    ],
}
BOOKS: dict[str, Json] = {
    "Statement": {
        "record": "statement",
        "format": 1,
        "period": "2026-03",
        "from": "2026-03-01T00:00:00Z",
        "to": "2026-04-01T00:00:00Z",
        "time_zone": "UTC",
        **_KNOWN,
        "settings": [{"version": 7, "sha256": _SHA256}],
        "decisions": {"count": 3, "sha256": _SHA256},
        **_ACCOUNT,
        "previous": None,
        "adjustments": [],
        "brought_forward": [],
    },
    "ClosedMonth": {
        "period": "2026-03",
        "closed_at": "2026-04-05T03:30:00Z",
        "sha256": _SHA256,
        "previous_sha256": None,
        "decisions": 3,
        "adjustments": 0,
    },
    "Closing": {"period": "2026-03", "state": "closing"},
}


def book_paths() -> Json:
    closing = operation(
        "close_month",
        "Books",
        "Close a month that is over: its statement; a month that is closed already is answered by it",
        "Statement",
        [_PERIOD],
        ["Invalid", "Conflict", "TooLarge"],
    )
    begun = {"application/json": {"schema": ref("Closing")}}
    closing["responses"]["202"] = {
        "description": "The closing began. The statement is there when it ends.",
        "content": begun,
    }
    return {
        "/books": {"get": collection("get_books", "The closed months", "ClosedMonth", None, tag="Books")},
        "/books/{period}": {
            "get": operation(
                "get_statement",
                "Books",
                "The statement of a closed month, byte for byte as it was written",
                "Statement",
                [_PERIOD],
                ["NotFound", "Invalid", "TooLarge"],
            )
        },
        "/books/{period}/closing": {"post": closing},
    }
