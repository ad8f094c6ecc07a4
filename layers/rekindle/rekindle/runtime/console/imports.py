"""Imports of files: created with a form for the file, followed, run, cancelled, taken back."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.wire import imports as wire
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.imports.file_import import ImportState, Run
from rekindle.domain.imports.kinds import KINDS
from rekindle.runtime import http
from rekindle.runtime.aws import use_cases
from rekindle.runtime.console.pages import form_of, moved, page, table, user_of

COUNTS = ("read", "created", "updated", "unchanged", "refused", "ignored")
COLUMNS = ("import_id", "kind", "filename", "state", "created_at", "updated_at", *COUNTS)
MAPPINGS = 100
"""How many stored mappings a form offers."""


def listed(app: APIGatewayRestResolver) -> Response[str]:
    """Raises InvalidField, where there is no such state."""
    state = _state_of(http.query(app, "state"))

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().answer_imports.listed(limit, start, state)
        return [{**one, **one["counts"]} for one in map(wire.listed, found.items)], found.next

    mappings = [one.name for one in use_cases().answer_imports.listed_mappings(MAPPINGS, None).items]
    runs = [one.value for one in Run]
    states = [one.value for one in ImportState]
    offered: dict[str, Any] = {"kinds": list(KINDS), "mappings": mappings, "runs": runs, "states": states}
    return table(app, "imports.html", COLUMNS, read, state=state, **offered)


def _state_of(text: str | None) -> ImportState | None:
    if not text:
        return None
    if text not in list(ImportState):
        raise InvalidField(f"expected one of {', '.join(ImportState)}", "state")
    return ImportState(text)


def created(app: APIGatewayRestResolver) -> Response[str]:
    """Raises InvalidField, where a field of the form is wrong."""
    form = form_of(app)
    values: dict[str, Any] = {name: form[name] for name in ("kind", "filename", "mapping") if name in form}
    options = {"run": form.get("run", Run.WHEN_TOLD.value)}
    body = json.dumps({**values, "options": options}).encode()
    made, _ = use_cases().answer_imports.create(wire.import_of(body, http.request_name(app)))
    return moved(app, "imports", made.import_id)


def shown(app: APIGatewayRestResolver, import_id: str) -> Response[str]:
    use, user = use_cases(), user_of(app)
    found = use.answer_imports.shown(http.unescaped("import_id", import_id))
    files, awaited = use.ports.import_files, found.state is ImportState.AWAITING_FILE
    arrived = awaited and http.query(app, "etag") is not None
    upload = None
    if awaited and not arrived and user is not None and user.may("operator"):
        upload = files.upload(found.import_id, _address(app, found.import_id))
    return page(
        app,
        "import.html",
        also_to=_place_of(upload.url) if upload is not None else None,
        one=wire.shown(found, files.address),
        upload=upload,
        arrived=arrived,
        moves=arrived or found.state in (ImportState.CHECKING, ImportState.RUNNING) or _is_being_undone(found.undo),
    )


def _address(app: APIGatewayRestResolver, import_id: str) -> str | None:
    """Of the import's page, where the stage knows the console's own."""
    console = (app.current_event.raw_event.get("stageVariables") or {}).get("address", "none")
    return None if console == "none" else f"{console}/console/imports/{quote(import_id, safe='')}"


def _is_being_undone(undo: Any) -> bool:
    return undo is not None and undo["state"] == "running"


def _place_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def acted(app: APIGatewayRestResolver, import_id: str, action: str) -> Response[str]:
    found = use_cases().answer_imports.act(action, http.unescaped("import_id", import_id))
    return moved(app, "imports", found.import_id)
