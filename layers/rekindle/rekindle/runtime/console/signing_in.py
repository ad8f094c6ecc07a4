"""The way into the console and out of it, over the managed pages of the user pool.

Where these are stands in variables of the stage: a function that knew them would wait for the pool's client, which
waits for the address of the API, which waits for the function.
"""

import re
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.aws.cognito import UserPool
from rekindle.application.console.sign_in_users import Attempt
from rekindle.domain.console.session import is_of_this_site
from rekindle.domain.core.errors import NotFound, Unproven
from rekindle.runtime import http
from rekindle.runtime.aws import use_cases
from rekindle.runtime.console import cookies
from rekindle.runtime.console.pages import lower_headers, moved, page, problem_page, redirect

_FIRST = "today"
"""The page that is seen first."""
_PAGE = re.compile(r"/[\x21-\x7e]*")


def entry(app: APIGatewayRestResolver) -> Response[str]:
    known = cookies.read(app.current_event.raw_event, cookies.SESSION)
    return moved(app, _FIRST if known else "sign-in")


def begun(app: APIGatewayRestResolver) -> Response[str]:
    attempt, to = use_cases().sign_in_users.attempt(), http.query(app, "to") or ""
    value = ".".join((attempt.state, attempt.nonce, attempt.verifier, to if _is_ours(app, to) else ""))
    return redirect(
        _pool(app).sign_in_address(attempt), [cookies.written(cookies.ATTEMPT, value, cookies.ATTEMPT_SECONDS)]
    )


def finished(app: APIGatewayRestResolver) -> Response[str]:
    """Raises Unproven."""
    sent = (cookies.read(app.current_event.raw_event, cookies.ATTEMPT) or "").split(".", 3)
    state, code = http.query(app, "state"), http.query(app, "code")
    if len(sent) != 4 or not all(sent[:3]) or state is None or code is None:
        raise Unproven("the sign-in was not begun in this browser, or it took too long")
    secret = use_cases().sign_in_users.finish(_pool(app), Attempt(*sent[:3]), state, code)
    to = sent[3] if _is_ours(app, sent[3]) else f"{http.stage_of(app)}/console/{_FIRST}"
    done = [cookies.written(cookies.SESSION, secret), cookies.written(cookies.ATTEMPT, "", 0)]
    return redirect(to, done)


def ended(app: APIGatewayRestResolver) -> Response[str]:
    if not is_of_this_site(lower_headers(app)):
        return problem_page(app, HTTPStatus.FORBIDDEN, "The request does not come from a page of the console.")
    secret = cookies.read(app.current_event.raw_event, cookies.SESSION)
    if secret:
        use_cases().sign_in_users.end(secret)
    return redirect(_pool(app).sign_out_address, [cookies.written(cookies.SESSION, "", 0)])


def signed_out(app: APIGatewayRestResolver) -> Response[str]:
    return page(app, "signed_out.html")


def _is_ours(app: APIGatewayRestResolver, path: str) -> bool:
    """Whether it is a page of this console, and nothing that a browser could take for another place."""
    inside = f"{http.stage_of(app)}/console/"
    return path.startswith(inside) and _PAGE.fullmatch(path) is not None and not {"\\", ";", ","} & set(path)


def _pool(app: APIGatewayRestResolver) -> UserPool:
    """Raises NotFound where the console is switched off."""
    variables = app.current_event.raw_event.get("stageVariables") or {}
    if variables.get("client", "none") == "none":
        raise NotFound("the console is switched off")
    return UserPool(variables["pool"], variables["client"], variables["address"])
