"""The console as deployed: signed in through the user pool's own pages, in each role, every link followed."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urlencode, urljoin, urlsplit

import pytest

from tests.local_cloud.console import PASSWORD, ROLES
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e
PAGES = (
    *("/today", "/find", "/campaigns", "/credit", "/funnel", "/owners", "/deadlines", "/failures", "/settings"),
    *("/imports", "/books", "/targets", "/tracks", "/recycling"),
)
MOST = 60
"""Links that are followed for each role."""


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.fields: dict[str, str] = {}
        self.action = ""
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in ("a", "link") and "href" in named:
            self.links.append(named["href"])
        if tag == "form":
            self.action = named.get("action", "")
        if tag == "input" and named.get("name"):
            self.fields[named["name"]] = named.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass
class Browser:
    """Keeps cookies by host, follows redirects, and says where a form comes from, as browsers do."""

    port: int
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    at: str = ""
    status: int = 0
    html: str = ""

    def get(self, address: str) -> "Browser":
        return self._go("GET", urljoin(self.at, address), None, {"Sec-Fetch-Site": "none"})

    def post(self, address: str, form: dict[str, str], site: str = "same-origin") -> "Browser":
        return self._go("POST", urljoin(self.at, address), form, {"Sec-Fetch-Site": site})

    def _go(self, method: str, address: str, form: dict[str, str] | None, headers: dict[str, str]) -> "Browser":
        for _ in range(10):
            parts = urlsplit(address)
            kept = self.cookies.setdefault(parts.hostname or "", {})
            sent = {**headers, "Host": parts.netloc, "Cookie": "; ".join(f"{n}={v}" for n, v in kept.items())}
            if form is not None:
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            # Whatever the name, it is on this machine.
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, urlencode(form) if form is not None else None, sent)
            answer = connection.getresponse()
            self.at, self.status, self.html = address, answer.status, answer.read().decode()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                kept[name] = value
                if "Max-Age=0" in line:
                    del kept[name]
            connection.close()
            if answer.status not in (301, 302, 303, 307):
                return self
            address, method, form = urljoin(address, answer.headers["Location"]), "GET", None
        raise AssertionError("redirected for ever")

    @property
    def page(self) -> Reader:
        return Reader(self.html)


@pytest.fixture(scope="module")
def browsers(told: Stack) -> Iterator[dict[str, Browser]]:
    """A browser for each role, signed in."""
    yield {role: signed_in(told, role) for role in ROLES}


def signed_in(stack: Stack, role: str) -> Browser:
    browser = Browser(stack.cloud.port).get(stack.console.sign_in)
    assert "/oauth2/authorize" in browser.at
    form = browser.page.fields | {"username": stack.console.user(role), "password": PASSWORD}
    browser.post(browser.page.action, form)
    assert (browser.status, browser.at) == (200, f"{stack.console.sign_in}/today")
    return browser


@pytest.mark.usefixtures("without_tls")
@pytest.mark.parametrize("role", ROLES)
def test_every_link_leads_to_a_page(told: Stack, browsers: dict[str, Browser], role: str) -> None:
    browser, base = browsers[role], told.console.sign_in
    people = sorted({decision.person_id for decision in told.decisions()})[:4]
    left = [*(f"{base}{page}" for page in PAGES), *(f"{base}/people/{one}" for one in people)]
    seen: set[str] = set()
    while left and len(seen) < MOST:
        address = left.pop(0)
        if address in seen:
            continue
        seen.add(address)
        browser.get(address)
        assert browser.status == (404 if _never_recorded(told, address) else 200), address
        if "<!doctype" in browser.html:
            assert role in browser.page.text or "/static/" in address
            left += [link for one in browser.page.links if (link := urljoin(address, one)).startswith(f"{base}/")]
    assert {f"{base}/campaigns", f"{base}/settings/versions"} <= seen


def _never_recorded(told: Stack, address: str) -> bool:
    """A failure may be about a person who was never recorded."""
    person_id = urlsplit(address.partition("/people/")[2]).path
    return bool(person_id) and "/" not in person_id and told.api.get("people", unquote(person_id)).status == 404


def test_a_decision_is_two_clicks_from_a_name(told: Stack, browsers: dict[str, Browser]) -> None:
    browser, base = browsers["viewer"], told.console.sign_in
    decision = next(one for one in told.decisions() if one.activates)
    browser.post(f"{base}/find", {"q": decision.person_id})
    assert browser.at == f"{base}/people/{decision.person_id}"
    (why,) = {urljoin(browser.at, one) for one in browser.page.links if decision.decision_id in one}
    browser.get(why)
    assert decision.decision_id in browser.page.text and "got the credit" in browser.page.text


def test_who_may_not_is_refused_before_any_page_is_made(told: Stack, browsers: dict[str, Browser]) -> None:
    base, person = told.console.sign_in, told.decisions()[0].person_id
    form = {"user_id": "u"}
    stranger = Browser(told.cloud.port)
    before = told.invocations("ShowPeoplePagesFunction")
    for browser, site in ((browsers["viewer"], "same-origin"), (browsers["admin"], "cross-site"), (stranger, "none")):
        browser.post(f"{base}/people/{person}/acceptance", form, site)
        assert browser.status == 403 and "Sign in" in browser.page.text
    assert stranger.get(f"{base}/people/{person}").status == 403
    assert told.invocations("ShowPeoplePagesFunction") == before
    assert browsers["operator"].post(f"{base}/settings", {"text": "mode: active"}).status == 403


def test_a_session_that_was_ended_opens_nothing_more(told: Stack) -> None:
    browser, base = signed_in(told, "operator"), told.console.sign_in
    cookies = {host: dict(kept) for host, kept in browser.cookies.items()}
    browser.post(f"{base}/sign-out", {})
    assert "You are signed out" in browser.page.text
    browser.cookies = cookies
    assert browser.get(f"{base}/today").status == 403
