"""Who may send a request to the console: decided before any of its pages is made."""

from datetime import timedelta
from typing import Any

import pytest

from functions.check_sessions.app import handler
from rekindle.application.console.sign_in_users import digest_of
from rekindle.domain.console.session import Role, Session
from rekindle.runtime import aws as root
from rekindle.runtime.console.cookies import SESSION
from tests.integration.conftest import CONTEXT, Aws, event

OURS = {"Sec-Fetch-Site": "same-origin"}


def start(role: Role, *, ends: timedelta = timedelta(hours=1)) -> str:
    secret, at = f"secret of {role}", root.now()
    session = Session(digest_of(secret), "3f0c", "ada@example.com", role, at, at + ends)
    root.use_cases().ports.sessions.start(session)
    return secret


def passed(secret: str | None, method: str = "GET", path: str = "/console/today", **headers: str) -> dict[str, Any]:
    request = event("check_sessions") | {"httpMethod": method, "path": path}
    sent = {"Host": "console.example.com", **headers} | ({"Cookie": f"a=b; {SESSION}={secret}"} if secret else {})
    request |= {"headers": sent, "multiValueHeaders": {name: [value] for name, value in sent.items()}}
    answer: dict[str, Any] = handler(request, CONTEXT)
    return answer


def effect(*arguments: Any, **headers: str) -> str:
    (statement,) = passed(*arguments, **headers)["policyDocument"]["Statement"]
    return str(statement["Effect"])


def test_a_session_opens_what_its_role_may_see(aws: Aws) -> None:
    answer = passed(start(Role.VIEWER))
    assert answer["policyDocument"]["Statement"] == [
        {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event("check_sessions")["methodArn"]}
    ]
    assert answer["context"] == {"user": "3f0c", "name": "ada@example.com", "role": "viewer"}


def test_nobody_passes_without_a_session_that_still_lasts(aws: Aws) -> None:
    assert effect(None) == effect("made up") == "Deny"
    assert effect(start(Role.ADMIN, ends=timedelta(0))) == "Deny"


def test_an_ended_session_opens_nothing_more(aws: Aws) -> None:
    secret = start(Role.ADMIN)
    root.use_cases().sign_in_users.end(secret)
    assert effect(secret) == "Deny"


@pytest.mark.parametrize(
    ("method", "path", "least"),
    [
        ("GET", "/console/people/p", Role.VIEWER),
        ("POST", "/console/find", Role.VIEWER),
        ("POST", "/console/people/p/acceptance", Role.OPERATOR),
        ("POST", "/console/failures/f/resend", Role.OPERATOR),
        ("POST", "/console/settings", Role.ADMIN),
        ("POST", "/console/settings/versions/3", Role.ADMIN),
        ("GET", "/console/sessions", Role.ADMIN),
        ("PUT", "/console/settings", None),
        ("DELETE", "/console/people/p", None),
    ],
)
def test_each_role_passes_where_it_may(aws: Aws, method: str, path: str, least: Role | None) -> None:
    for role in Role:
        expected = "Allow" if least is not None and role.includes(least) else "Deny"
        assert effect(start(role), method, path, **OURS) == expected, role


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, "Allow"),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://console.example.com"}, "Deny"),
        ({"Sec-Fetch-Site": "same-site"}, "Deny"),
        ({"Origin": "https://console.example.com"}, "Allow"),
        ({"Origin": "https://elsewhere.example.com"}, "Deny"),
        ({"Origin": "null"}, "Deny"),
        ({}, "Deny"),
    ],
)
def test_a_form_of_another_site_is_refused(aws: Aws, headers: dict[str, str], expected: str) -> None:
    assert effect(start(Role.ADMIN), "POST", "/console/settings", **headers) == expected
