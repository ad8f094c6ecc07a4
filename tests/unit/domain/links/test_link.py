"""Where links may lead, whose click a token says it is, and what looks like a program."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.core.errors import NotFound
from rekindle.domain.links.click import is_of_program, is_one_of_many
from rekindle.domain.links.link import is_allowed
from rekindle.domain.links.token import Token, read, written

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ALLOWED = ["https://www.example.com", "https://events.example.com/webinars"]
TOKEN = Token("link-ä", "p1", "c1", AT, AT + timedelta(days=365))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    "destination",
    [
        "https://www.example.com",
        "https://www.example.com/",
        "https://WWW.example.com/a/b?c=d&to=https://other.example#e",
        "https://events.example.com/webinars",
        "https://events.example.com/webinars/spring",
    ],
)
def test_an_allowed_destination(destination: str) -> None:
    assert is_allowed(destination, ALLOWED)


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "http://www.example.com/",
        "https://www.example.com:8443/",
        "https://www.example.com.other.example/",
        "https://www.example.com@other.example/",
        "https://other.example/https://www.example.com/",
        "//www.example.com/",
        "https:/www.example.com/",
        "https://www.example.com\\@other.example/",
        "https://www.example.com/\\other.example",
        "https://www.example.com/ a",
        "https://www.example.com/\n",
        "https://events.example.com/",
        "https://events.example.com/webinars-of-others",
        "https://events.example.com/webinars/../admin",
        "https://events.example.com/webinars/%2e%2e/admin",
        "https://events.example.com/webinars/%252e%252e/admin",
        "https://events.example.com/webinars/..%5cadmin",
        "javascript:alert(1)",
        "https://[",
        "https://www.example.com:port/",
    ],
)
def test_any_other_destination_is_not_allowed(destination: str) -> None:
    assert not is_allowed(destination, ALLOWED)
    assert not is_allowed(destination, [])


@given(st.text())
def test_any_text_is_allowed_or_not(destination: str) -> None:
    assert not is_allowed(f"https://www.example.com{destination}", ["https://www.example.org"])


def test_a_token_says_who_clicks_what() -> None:
    text = written(TOKEN, "key")
    assert read(text, ["key"]) == TOKEN
    assert read(text, ["new", "key"]) == TOKEN
    for secrets in ([], [""], ["other"]):
        with pytest.raises(NotFound):
            read(text, secrets)


@pytest.mark.parametrize("place", range(0, len(written(TOKEN, "key")), 7))
def test_a_token_with_one_letter_changed_is_none(place: int) -> None:
    text = written(TOKEN, "key")
    changed = "A" if text[place] != "A" else "B"
    with pytest.raises(NotFound):
        read(text[:place] + changed + text[place + 1 :], ["key"])


@given(st.text())
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(NotFound):
        read(text, ["key"])


@pytest.mark.parametrize(
    ("method", "agent", "seconds", "program"),
    [
        ("GET", FIREFOX, 60, False),
        ("GET", FIREFOX, 5, False),
        ("GET", FIREFOX, 4.9, True),
        ("HEAD", FIREFOX, 60, True),
        ("GET", "", 60, True),
        ("GET", "Mozilla/5.0 (compatible; BingPreview/1.0b)", 60, True),
        ("GET", "python-requests/2.32", 60, True),
    ],
)
def test_what_a_program_looks_like(method: str, agent: str, seconds: float, program: bool) -> None:
    assert is_of_program(method, agent, AT + timedelta(seconds=seconds), AT) is program


@pytest.mark.parametrize(
    ("other", "seconds", "many"), [("b", 0, True), ("b", 2, True), ("b", -2, True), ("b", 2.1, False), ("a", 0, False)]
)
def test_nobody_clicks_two_links_in_one_instant(other: str, seconds: float, many: bool) -> None:
    assert is_one_of_many("a", AT, [("a", AT), (other, AT + timedelta(seconds=seconds)), (None, AT)]) is many
