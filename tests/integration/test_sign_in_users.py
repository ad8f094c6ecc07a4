"""The way into the console and out of it, with the pages of a user pool."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from functions.check_sessions.app import handler as check
from functions.sign_in_users.app import handler
from rekindle.runtime.console.cookies import ATTEMPT, SESSION
from tests.integration.conftest import CONTEXT, Aws, event
from tests.integration.console import HOST, STAGE, Page
from tests.integration.test_check_sessions import passed

CLIENT = "1example23456789"
ADDRESS = f"https://{HOST}{STAGE}"


class Pool:
    """A user pool's token endpoint, that answers for a user of these groups."""

    def __init__(self) -> None:
        self.groups: list[str] | None = ["viewer", "operator"]
        self.nonce, self.status, self.forms = "", 200, list[dict[str, str]]()
        pool = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                pool.forms.append(dict(parse_qsl(text)))
                self.send_response(pool.status)
                self.end_headers()
                self.wfile.write(json.dumps({"id_token": pool.token()}).encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Endpoint)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self) -> str:
        claims = {"aud": CLIENT, "cognito:username": "3f0c", "email": "ada@example.com", "nonce": self.nonce}
        if self.groups is not None:
            claims |= {"cognito:groups": self.groups}
        return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.signature"


@pytest.fixture
def pool() -> Iterator[Pool]:
    found = Pool()
    yield found
    found.server.shutdown()
    found.server.server_close()


def visit(pool: Pool, path: str, *, cookies: str = "", method: str = "GET", **query: str) -> Page:
    request = event("sign_in_users")
    sent = {"Host": HOST, "Cookie": cookies, "Sec-Fetch-Site": "same-origin" if method == "POST" else "none"}
    request |= {"httpMethod": method, "path": f"/console{path}", "queryStringParameters": query or None}
    request |= {"headers": sent, "multiValueHeaders": {name: [value] for name, value in sent.items()}}
    request["requestContext"] |= {"httpMethod": method, "path": f"{STAGE}/console{path}"}
    request["stageVariables"] = {"pool": pool.address, "client": CLIENT, "address": ADDRESS}
    found = handler(request, CONTEXT)
    several = found["multiValueHeaders"]
    headers = {name: values[0] for name, values in several.items()}
    return Page(found["statusCode"], headers, found["body"], several.get("Set-Cookie", []))


def cookie(page: Page, name: str) -> str:
    (line,) = [line for line in page.cookies if line.startswith(f"{name}=")]
    assert line.partition("; ")[2].startswith("Path=/; Secure; HttpOnly; SameSite=Lax")
    return line.partition(";")[0]


def begun(pool: Pool, **query: str) -> tuple[str, dict[str, str]]:
    """The cookie of a sign-in under way, and what the pool's page gets."""
    page = visit(pool, "/sign-in", **query)
    assert page.status == 303 and page.location.startswith(f"{pool.address}/oauth2/authorize?")
    sent = {name: values[0] for name, values in parse_qs(urlsplit(page.location).query).items()}
    pool.nonce = sent["nonce"]
    return cookie(page, ATTEMPT), sent


def test_a_user_of_the_pool_signs_in_in_the_highest_role_and_out_again(aws: Aws, pool: Pool) -> None:
    kept, sent = begun(pool)
    assert (sent["response_type"], sent["client_id"], sent["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert sent["redirect_uri"] == f"{ADDRESS}/console/signed-in"
    page = visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="the-code")
    assert (page.status, page.location) == (303, f"{STAGE}/console/today")
    (form,) = pool.forms
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
    assert (form["code"], challenge.decode()) == ("the-code", sent["code_challenge"])
    secret = cookie(page, SESSION).partition("=")[2]
    assert passed(secret)["context"] == {"user": "3f0c", "name": "ada@example.com", "role": "operator"}
    (item,) = aws.dynamodb.scan(TableName="SessionsTable")["Items"]
    assert secret not in json.dumps(item) and int(item["expires"]["N"]) > 0

    out = visit(pool, "/sign-out", cookies=f"{SESSION}={secret}", method="POST")
    assert out.status == 303 and out.location.startswith(f"{pool.address}/logout?")
    assert "principalId" in check(event("check_sessions"), CONTEXT)
    assert passed(secret)["context"] == {}


def test_a_page_that_was_asked_for_comes_after_the_sign_in_and_no_other_place(aws: Aws, pool: Pool) -> None:
    for to, expected in (
        (f"{STAGE}/console/people/p-1", f"{STAGE}/console/people/p-1"),
        ("https://elsewhere.example.com/", f"{STAGE}/console/today"),
        ("//elsewhere.example.com/console/", f"{STAGE}/console/today"),
        (f"{STAGE}/console/\r\nSet-Cookie:a=b", f"{STAGE}/console/today"),
    ):
        kept, sent = begun(pool, to=to)
        page = visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="c")
        assert page.location == expected


def test_a_sign_in_that_was_not_begun_here_is_refused(aws: Aws, pool: Pool) -> None:
    kept, sent = begun(pool)
    for refused in (
        visit(pool, "/signed-in", state=sent["state"], code="c"),
        visit(pool, "/signed-in", cookies=kept, state="another", code="c"),
        visit(pool, "/signed-in", cookies=kept, state=sent["state"]),
    ):
        assert refused.status == 401 and not refused.cookies
    pool.nonce = "another"
    assert visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="c").status == 401
    pool.status = 400
    assert visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="c").status == 401
    assert not aws.dynamodb.scan(TableName="SessionsTable")["Items"]


@pytest.mark.parametrize("groups", [None, [], ["accounting"]])
def test_a_user_without_a_role_gets_no_session(aws: Aws, pool: Pool, groups: list[str] | None) -> None:
    pool.groups = groups
    kept, sent = begun(pool)
    page = visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="c")
    assert page.status == 401 and "viewer, operator and admin" in page.words and not page.cookies


def test_a_pool_that_fails_is_no_fault_of_the_user(aws: Aws, pool: Pool) -> None:
    pool.status = 500
    kept, sent = begun(pool)
    assert visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="c").status == 503


def test_the_entry_leads_to_the_sign_in_or_to_the_first_page(aws: Aws, pool: Pool) -> None:
    assert visit(pool, "").location == f"{STAGE}/console/sign-in"
    assert visit(pool, "", cookies=f"{SESSION}=x").location == f"{STAGE}/console/today"
    assert "You are signed out" in visit(pool, "/signed-out").words


def test_a_console_that_is_switched_off_lets_nobody_in(aws: Aws) -> None:
    request = event("sign_in_users")
    request["stageVariables"] = {"pool": "none", "client": "none", "address": ADDRESS}
    assert handler(request, CONTEXT)["statusCode"] == 404


def test_no_log_line_names_anybody(aws: Aws, pool: Pool) -> None:
    kept, sent = begun(pool)
    visit(pool, "/signed-in", cookies=kept, state=sent["state"], code="c")
    assert "ada@example.com" not in aws.logged.getvalue()
