"""Requests to the console's functions as API Gateway hands them on, and what their pages hold."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from tests.integration.conftest import CONTEXT, event

HOST = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
STAGE = "/dev"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Page(HTMLParser):
    """A page, read as a browser reads it."""

    status: int
    headers: dict[str, str]
    html: str
    cookies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a" and "href" in attributes]

    @property
    def location(self) -> str:
        return self.headers["Location"]


def visited(
    handler: Any,
    path: str,
    *,
    role: str | None = "operator",
    form: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    cookie: str | None = None,
) -> Page:
    """The answer to a visit of `/console` and this path; with a form, to its being sent. `path`: as it is escaped."""
    request = event("show_people_pages")
    method, full = "POST" if form is not None else "GET", f"/console{path}"
    sent = {"Host": HOST, "Sec-Fetch-Site": "same-origin", **(headers or {})}
    if cookie is not None:
        sent["Cookie"] = cookie
    request |= {
        "httpMethod": method,
        "path": full,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": query,
        "body": urlencode(form) if form is not None else None,
    }
    request["requestContext"] |= {"httpMethod": method, "path": f"{STAGE}{full}"}
    request["requestContext"]["authorizer"] = {"user": "3f0c", "name": "ada@example.com", "role": role}
    if role is None:
        del request["requestContext"]["authorizer"]
    found = json.loads(json.dumps(handler(request, CONTEXT)))
    several = found["multiValueHeaders"]
    headers_of = {name: values[0] for name, values in several.items()}
    return Page(found["statusCode"], headers_of, found["body"], several.get("Set-Cookie", []))
