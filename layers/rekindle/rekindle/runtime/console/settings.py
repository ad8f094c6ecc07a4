"""Settings as YAML: the current version, changes between versions, a new one checked and published; and sessions."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.console import settings_forms
from rekindle.adapters.console.documents import changes, in_yaml
from rekindle.adapters.wire.settings import document as documents
from rekindle.adapters.wire.settings import reading
from rekindle.adapters.wire.settings.warnings import warnings
from rekindle.adapters.wire.views import settings as views
from rekindle.domain.core import times
from rekindle.domain.core.errors import Fault, Malformed, NotFound, PreconditionFailed
from rekindle.runtime import http
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.console.pages import form_of, moved, page, table, user_of

YAML = "application/yaml"
LONGEST_COMMENT = 500


def current(app: APIGatewayRestResolver) -> Response[str]:
    number, stored = use_cases().change_settings.current()
    section = http.query(app, "section")
    if section:
        return _form(app, number, _section(section), stored)
    return _editor(app, number, in_yaml(documents.shown(number, stored)["settings"]))


def _section(name: str) -> str:
    if name not in settings_forms.sections():
        raise NotFound("there is no form for this section")
    return name


def _form(
    app: APIGatewayRestResolver,
    number: int,
    section: str,
    document: Mapping[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    faults: Sequence[Fault] = (),
    **more: Any,
) -> Response[str]:
    shared: dict[str, Any] = {"changes": None, "warnings": [], "message": None, "comment": ""}
    return page(
        app,
        "settings_form.html",
        status=status,
        version=number,
        section=section,
        sections=settings_forms.sections(),
        fields=settings_forms.form(section, document, faults),
        faults=settings_forms.elsewhere(section, faults),
        **(shared | more),
    )


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
        app,
        "settings.html",
        status=status,
        version=number,
        text=text,
        comment=comment or "",
        sections=settings_forms.sections(),
        **(shared | more),
    )


def sent(app: APIGatewayRestResolver) -> Response[str]:
    """Checks a document, or publishes it as the version after the one that the form was made from."""
    form = form_of(app)
    based_on = http.number("settings version", form.get("version", ""))
    comment = form.get("comment", "").strip()[:LONGEST_COMMENT]
    if "section" in form:
        return _section_sent(app, _section(form["section"]), form, based_on, comment)
    text = form.get("text", "")
    try:
        found = reading.parsed(text.encode(), YAML)
    except Malformed as error:
        faults = [(error.field or "", error.message)]
        return _editor(app, based_on, text, comment=comment, status=HTTPStatus.BAD_REQUEST, faults=faults)

    def shown(number: int, **more: Any) -> Response[str]:
        return _editor(app, number, text, comment=comment, **more)

    return _checked(app, found, based_on, comment, shown)


def _section_sent(
    app: APIGatewayRestResolver, section: str, form: Mapping[str, str], based_on: int, comment: str
) -> Response[str]:
    stored = use_cases().change_settings.version(based_on)
    found = settings_forms.changed_by(section, stored, form)

    def shown(number: int, **more: Any) -> Response[str]:
        return _form(app, number, section, found, comment=comment, **more)

    return _checked(app, found, based_on, comment, shown)


def _checked(
    app: APIGatewayRestResolver,
    found: dict[str, Any],
    based_on: int,
    comment: str,
    shown: Callable[..., Response[str]],
) -> Response[str]:
    change = use_cases().change_settings
    faults = documents.all_faults(found, change.faults)
    if faults:
        return shown(based_on, status=HTTPStatus.UNPROCESSABLE_ENTITY, faults=list(faults))
    number, stored = change.current()
    before = documents.shown(number, stored)["settings"]
    if form_of(app).get("do") != "publish":
        return shown(based_on, changes=changes(before, found), warnings=warnings(found))
    user = user_of(app)
    try:
        published = change(found, based_on, comment or None, user.name if user is not None else None)
    except PreconditionFailed:
        message = f"Somebody published version {number} meanwhile. Compare, and check again."
        status = HTTPStatus.PRECONDITION_FAILED
        return shown(number, status=status, message=message, changes=changes(before, found))
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
