"""The API described as OpenAPI 3.1. What a request may hold comes from the very rules that requests are held to.

`make describe` writes the document to `openapi.json`, which `document.py` reads: making it would take a twelfth of a
second at the start of a function.
"""

from rekindle.adapters.wire.describe.components import components
from rekindle.adapters.wire.describe.paths import paths
from rekindle.adapters.wire.describe.problems import problems
from rekindle.adapters.wire.describe.schemas import Json

_ABOUT = """\
Watches people change in a CRM, decides which campaign response is the active one, and can explain every credit.

**Callers** sign their requests with AWS Signature Version 4; only `GET /health` and `GET /docs` need no signature.

**Fields** are in snake_case, times are RFC 3339 in UTC. In a `PUT`, a field that is absent stays as it is, `null` \
clears it, and a field that is not known is refused.

**Errors** are RFC 9457 problems with a stable `code`. An answer of 4xx changed nothing. `errors` lists every fault of \
a request, by its path. A query parameter that a route does not take is refused.

**Collections** come a page at a time: `next` of one answer is the `next` of the following request.
"""


def described() -> Json:
    schemas = components()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rekindle",
            "version": "",
            "summary": "One active response, and every credit explained.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ".", "description": "Where this document is"}],
        "security": [{"sigv4": []}],
        "tags": [
            {"name": "People", "description": "Where a person stands, and why."},
            {"name": "Campaigns", "description": "Campaigns, and who was in them."},
            {"name": "Reactivation", "description": "Ask for a past response to become the active one."},
            {"name": "Assignment", "description": "What waits for an owner."},
            {"name": "Measures", "description": "What campaigns brought."},
            {
                "name": "Books",
                "description": "Closed months: what was reported stays, what is learned later adjusts it.",
            },
            {"name": "Lifecycle", "description": "What sales owes to the leads that it was passed, and says of them."},
            {"name": "Facts", "description": "Changes of a CRM's records, for callers without an event bus."},
            {"name": "Webhooks", "description": "What marketing tools send, in their own words."},
            {"name": "Imports", "description": "Files that are loaded, and the mappings of their columns."},
            {"name": "Links", "description": "Tracked links, and their clicks."},
            {"name": "Settings", "description": "One document; each change of it is a version."},
            {"name": "Simulation", "description": "What settings would have made of a history."},
            {"name": "Failures", "description": "What could not be processed, until somebody handles it."},
            {"name": "Service", "description": "The service itself."},
        ],
        "paths": _with_examples(paths(), schemas),
        "components": {"schemas": schemas, "responses": problems(), "securitySchemes": {"sigv4": _SIGV4}},
    }


_SIGV4 = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "AWS Signature Version 4 for the service execute-api.",
    "x-amazon-apigateway-authtype": "awsSigv4",
}


def _with_examples(described: Json, schemas: Json) -> Json:
    """The routes, each body and each answer with the example of its schema."""
    for item in described.values():
        for operation in item.values():
            answers = [answer for answer in operation["responses"].values() if "content" in answer]
            for body in (*answers, operation.get("requestBody", {"content": {}})):
                for media in body["content"].values():
                    name = media["schema"].get("$ref", "").rpartition("/")[2]
                    media.update({"example": schemas[name]["examples"][0]} if name else {})
    return described
