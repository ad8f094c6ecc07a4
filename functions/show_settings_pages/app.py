"""Console -> settings and their versions; a new version, checked and published; who is signed in."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import settings
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/settings", middlewares=takes("section"))
def get_settings() -> Response[str]:
    return settings.current(app)


@app.post("/console/settings")
def post_settings() -> Response[str]:
    return settings.sent(app)


@app.get("/console/settings/versions", middlewares=takes("format", paged=True))
def get_versions() -> Response[str]:
    return settings.versions(app)


@app.get("/console/settings/versions/<version>")
def get_version(version: str) -> Response[str]:
    return settings.version(app, version)


@app.get("/console/sessions")
def get_sessions() -> Response[str]:
    return settings.sessions(app)


@app.post("/console/sessions/<session_id>/end")
def end_session(session_id: str) -> Response[str]:
    return settings.session_ended(app, session_id)


handler = handler_of(app)
