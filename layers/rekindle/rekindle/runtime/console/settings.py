"""Settings as YAML: the current version, changes between versions, a new one checked and published; and sessions."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.console.documents import changes, in_yaml
from rekindle.adapters.wire.settings import document as documents
from rekindle.adapters.wire.settings import reading
from rekindle.adapters.wire.settings.warnings import warnings
from rekindle.adapters.wire.views import settings as views
from rekindle.domain.core import times
from rekindle.domain.core.errors import Fault, Malformed, PreconditionFailed
from rekindle.runtime import http
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.console.pages import form_of, moved, page, table, user_of

YAML = "application/yaml"
LONGEST_COMMENT = 500


def current(app: APIGatewayRestResolver) -> Response[str]:
    number, stored = use_cases().change_settings.current()
    return _editor(app, number, in_yaml(documents.shown(number, stored)["settings"]))


def _editor(
    app: APIGatewayRestResolver,
    number: int,
    text: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    faults: list[Fault] | None = None,
    message: str | None = None,
    comment: str | None = None,
    **more: Any,
) -> Response[str]:
    shared = {"changes": None, "warnings": [], "faults": faults or [], "message": message}
    return page(
        app, "settings.html", status=status, version=number, text=text, comment=comment or "", **(shared | more)
    )


def sent(app: APIGatewayRestResolver) -> Response[str]:
    """Checks a document, or publishes it as the version after the one that the form was made from."""
    change, form = use_cases().change_settings, form_of(app)
    text, based_on = form.get("text", ""), http.number("settings version", form.get("version", ""))
    comment = form.get("comment", "").strip()[:LONGEST_COMMENT] or None
    try:
        found = reading.parsed(text.encode(), YAML)
    except Malformed as error:
        return _editor(
            app,
            based_on,
            text,
            comment=comment,
            status=HTTPStatus.BAD_REQUEST,
            faults=[(error.field or "", error.message)],
        )
    faults = documents.all_faults(found, change.faults)
    if faults:
        return _editor(
            app, based_on, text, comment=comment, status=HTTPStatus.UNPROCESSABLE_ENTITY, faults=list(faults)
        )
    number, stored = change.current()
    if form.get("do") != "publish":
        before = documents.shown(number, stored)["settings"]
        return _editor(app, based_on, text, comment=comment, changes=changes(before, found), warnings=warnings(found))
    try:
        user = user_of(app)
        published = change(found, based_on, comment, user.name if user is not None else None)
    except PreconditionFailed:
        message = f"Somebody published version {number} meanwhile. Compare, and check again."
        return _editor(
            app,
            number,
            text,
            comment=comment,
            status=HTTPStatus.PRECONDITION_FAILED,
            message=message,
            changes=changes(documents.shown(number, stored)["settings"], found),
        )
    return moved(app, "settings", "versions", str(published))


VERSIONS = ("version", "stored_at", "published_by", "comment")


def versions(app: APIGatewayRestResolver) -> Response[str]:
    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().change_settings.history(limit, start)
        return [views.settings_version(one) for one in found.items], found.next

    return table(app, "versions.html", VERSIONS, read)


def version(app: APIGatewayRestResolver, text: str) -> Response[str]:
    change, number = use_cases().change_settings, http.number("settings version", text)
    shown = documents.shown(number, change.version(number))["settings"]
    before = documents.shown(number - 1, change.version(number - 1))["settings"] if number else shown
    latest, _ = change.current()
    listed = change.history(1, str(number + 1)).items if number else []
    published = views.settings_version(listed[0]) if listed else None
    return page(
        app,
        "version.html",
        version=number,
        latest=latest,
        text=in_yaml(shown),
        changes=changes(before, shown),
        published=published,
    )


def sessions(app: APIGatewayRestResolver) -> Response[str]:
    found = sorted(use_cases().ports.sessions.all(), key=lambda one: one.started_at, reverse=True)
    shown = [
        {
            "session_id": one.session_id,
            "name": one.name,
            "role": one.role.value,
            "started_at": times.text(one.started_at),
            "expires_at": times.text(one.expires_at),
        }
        for one in found
        if one.expires_at > now()
    ]
    return page(app, "sessions.html", items=shown)


def session_ended(app: APIGatewayRestResolver, session_id: str) -> Response[str]:
    use_cases().ports.sessions.end(session_id)
    return moved(app, "sessions")
