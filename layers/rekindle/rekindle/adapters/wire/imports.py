"""Imports of files, and stored mappings: requests for them, and answers."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from rekindle.adapters.imports.mapping_document import LARGEST, faults_of
from rekindle.adapters.wire.api import object_of
from rekindle.adapters.wire.rules import Identifier, Text, checked_value, gathered, only, required
from rekindle.application.ports.imports import Upload
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.imports.file_import import ColumnMapping, FileImport, Run
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.report import ABORT_OVER_PERCENT, added_up

Json = dict[str, Any]
ImportKindName = Annotated[
    Literal["responses", "people", "members", "campaigns", "users", "accounts", "opportunities"],
    Meta(description=f"one of {', '.join(KINDS)}"),
]
Percent = Annotated[float, Meta(ge=0, le=100, description="a share from 0 to 100")]
RunWhen = Annotated[Literal["when_checked", "when_told"], Meta(description='"when_checked" or "when_told"')]


def import_of(body: bytes, name: str) -> FileImport:
    """The import that a request asks for; `name` names the request. Raises Malformed, InvalidField."""
    values = object_of(body)
    mapping, options = values.get("mapping"), values.get("options")
    kind, filename, (named, document), (percent, run), _ = gathered(
        lambda: required(ImportKindName, values, "kind", str),
        lambda: required(Text, values, "filename", str),
        lambda: _mapping_in(mapping),
        lambda: _options_in({} if options is None else options),
        lambda: only({"kind", "filename", "mapping", "options"}, values, str),
    )
    return FileImport(digest("import", name), kind, filename, document, named, percent, run)


def _mapping_in(mapping: Any) -> tuple[str | None, Mapping[str, Any]]:
    """The name of a stored mapping, or a document."""
    if isinstance(mapping, str):
        return checked_value(Identifier, mapping, "mapping"), {}
    return None, {} if mapping is None else _checked(mapping, "mapping")


def _options_in(options: Any) -> tuple[float, str]:
    if not isinstance(options, dict):
        raise InvalidField("expected an object", "options")
    percent, run = options.get("abort_over_percent"), options.get("run")
    found = gathered(
        lambda: (
            ABORT_OVER_PERCENT if percent is None else checked_value(Percent, percent, "options.abort_over_percent")
        ),
        lambda: Run.WHEN_CHECKED.value if run is None else checked_value(RunWhen, run, "options.run"),
        lambda: only({"abort_over_percent", "run"}, options, lambda name: f"options.{name}"),
    )
    return found[0], found[1]


def mapping_of(body: bytes) -> Mapping[str, Any]:
    """A document for `PUT /mappings/{name}`. Raises Malformed, InvalidField."""
    return _checked(object_of(body), None)


def name_of(text: str) -> str:
    """Raises InvalidField."""
    name: str = required(Identifier, {"name": text}, "name", str)
    return name


def _checked(document: Any, at: str | None) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise InvalidField("expected the name of a mapping, or an object", at)
    if len(json.dumps(document)) > LARGEST:
        raise InvalidField(f"the mapping is larger than {LARGEST:,} bytes", at)
    faults = [(f"{at}.{path}" if at else path, message) for path, message in faults_of(document)]
    if faults:
        raise InvalidField.of(faults)
    return document


def created(one: FileImport, upload: Upload) -> Json:
    return {"import_id": one.import_id, "upload": {"url": upload.url, "fields": dict(upload.fields)}}


def listed(one: FileImport) -> Json:
    return {
        "import_id": one.import_id,
        "kind": one.kind,
        "filename": one.filename,
        "state": one.state.value,
        "created_at": times.optional_text(one.created_at),
        "updated_at": times.optional_text(one.updated_at),
        "counts": _counts(one),
    }


def shown(one: FileImport, address: Callable[[str, str], str]) -> Json:
    problem = None
    if one.problem is not None:
        problem = {name: one.problem.get(name) for name in ("code", "detail", "field")}
        problem["readings"] = list(one.problem.get("readings", ()))
    return {
        **listed(one),
        "mapping": one.mapping_name or dict(one.mapping),
        "options": {"abort_over_percent": one.abort_over_percent, "run": one.run},
        "causes": [dict(cause) for cause in one.counts.get("causes", ())],
        "unknown_campaigns": dict(one.counts.get("unknown_campaigns", {})),
        "columns": [dict(column) for column in one.columns],
        "ignored_columns": [column["header"] for column in one.columns if not column["fields"]],
        "problem": problem,
        "files": {name: address(one.import_id, name) for name in one.files},
        "undo": None if one.undo is None else _undo(one.undo),
    }


def _counts(one: FileImport) -> Json:
    counts = added_up([one.counts])
    return {name: value for name, value in counts.items() if name not in ("causes", "unknown_campaigns")}


def _undo(undo: Mapping[str, Any]) -> Json:
    left = dict(undo.get("left", {}))
    return {"state": undo["state"], "taken_back": undo.get("taken_back", 0), "left": left}


def mapping(one: ColumnMapping) -> Json:
    return {
        "name": one.name,
        "version": one.version,
        "updated_at": times.optional_text(one.updated_at),
        "mapping": dict(one.document),
    }
