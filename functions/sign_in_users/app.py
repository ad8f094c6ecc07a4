"""Console -> users signed in with the pages of the user pool, and out."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import signing_in
from rekindle.runtime.console.pages import shown_as_pages
from rekindle.runtime.http import handler_of, takes, takes_any

app = shown_as_pages()


@app.get("/console")
def open_console() -> Response[str]:
    return signing_in.entry(app)


@app.get("/console/sign-in", middlewares=takes("to"))
def sign_in() -> Response[str]:
    return signing_in.begun(app)


@app.get("/console/signed-in", middlewares=[takes_any])
def signed_in() -> Response[str]:
    return signing_in.finished(app)


@app.post("/console/sign-out")
def sign_out() -> Response[str]:
    return signing_in.ended(app)


@app.get("/console/signed-out", middlewares=[takes_any])
def signed_out() -> Response[str]:
    return signing_in.signed_out(app)


handler = handler_of(app)
