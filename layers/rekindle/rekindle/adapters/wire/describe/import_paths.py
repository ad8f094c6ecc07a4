"""The routes of imports and of stored mappings, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.operations import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    body,
    collection,
    in_path,
    operation,
    versioned,
    with_status,
)
from rekindle.adapters.wire.describe.schemas import Json
from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER
from rekindle.domain.imports.file_import import Run
from rekindle.domain.imports.kinds import KINDS

_IMPORT = in_path("import_id", "")
_NAME = in_path("name", "Of a mapping.")
_COUNTS = {
    **{"read": 250, "created": 200, "updated": 30, "unchanged": 18, "refused": 2},
    **{"ignored": 0, "duplicates": 0, "facts": 230, "people": {"created": 0, "updated": 0}},
}
_MAPPING = {"columns": {"E-Mail": "email", "Notes": None}, "dates": "dmy"}


def import_paths() -> Json:
    return {
        "/imports": {
            "post": with_status(
                "201",
                operation(
                    "create_import",
                    "Imports",
                    "An import, and the form by which its file is uploaded: up to 200 MB, within an hour",
                    "ImportCreated",
                    [IDEMPOTENCY_KEY],
                    ["Malformed", "Invalid"],
                    body("ImportRequest"),
                ),
            ),
            "get": collection("get_imports", "Imports, newest first", "ImportSummary", None, tag="Imports"),
        },
        "/imports/{import_id}": {
            "get": operation(
                "get_import",
                "Imports",
                "An import: its state, counts, causes of refusals, columns and files",
                "Import",
                [_IMPORT],
                ["NotFound"],
            )
        },
        "/imports/{import_id}/run": {"post": _act("run_import", "Load the rows of a file that was checked")},
        "/imports/{import_id}/cancellation": {
            "post": _act("cancel_import", "Load no further row; what is loaded stays, and can be taken back")
        },
        "/imports/{import_id}/undo": {
            "post": _act("undo_import", "Take back what was loaded, but for what was changed since")
        },
        "/mappings": {
            "get": collection("get_mappings", "Stored mappings, newest first", "ColumnMapping", None, tag="Imports"),
        },
        "/mappings/{name}": {
            "get": versioned(
                operation("get_mapping", "Imports", "A stored mapping", "ColumnMapping", [_NAME], ["NotFound"])
            ),
            "put": versioned(
                operation(
                    "put_mapping",
                    "Imports",
                    "Store a mapping as the next version; the same document again is no new version",
                    "ColumnMapping",
                    [_NAME, IF_MATCH],
                    ["Malformed", "Invalid", "PreconditionFailed"],
                    body("MappingDocument"),
                )
            ),
        },
    }


def _act(name: str, summary: str) -> Json:
    return operation(name, "Imports", summary, "Import", [_IMPORT], ["NotFound", "Conflict"])


IMPORT_BODIES: Json = {
    "ImportRequest": {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": [*KINDS]},
            "filename": {"type": "string", "maxLength": 255},
            "mapping": {
                "description": "The name of a stored mapping, or a document. Absent: as the headers propose.",
                "oneOf": [
                    {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER},
                    {"$ref": "#/components/schemas/MappingDocument"},
                ],
            },
            "options": {
                "type": "object",
                "properties": {
                    "abort_over_percent": {
                        "type": "number",
                        "minimum": 0,
                        "maximum": 100,
                        "default": 20,
                        "description": "Nothing is loaded where more of the rows, and more than 20, are refused.",
                    },
                    "run": {
                        "type": "string",
                        "enum": [one.value for one in Run],
                        "default": Run.WHEN_CHECKED.value,
                        "description": "Whether rows are loaded as soon as the file is checked.",
                    },
                },
                "additionalProperties": False,
            },
        },
        "required": ["kind", "filename"],
        "additionalProperties": False,
        "examples": [{"kind": "people", "filename": "leads.csv", "mapping": "leads"}],
    },
    "MappingDocument": {
        "type": "object",
        "description": "As docs/imports.md describes it.",
        "properties": {
            name: {"type": ["object", "null"]} if name in ("columns", "set", "values") else {"type": ["string", "null"]}
            for name in (
                *("columns", "set", "values", "encoding", "delimiter", "dates", "decimal", "sheet", "country"),
                "source_system",
            )
        },
        "additionalProperties": False,
        "examples": [_MAPPING],
    },
}
IMPORT_EXAMPLES: Json = {
    "ImportCreated": {
        "import_id": "3c0f5b2d7a11",
        "upload": {"url": "https://files.s3.eu-central-1.amazonaws.com/", "fields": {"key": "uploads/3c0f5b2d7a11"}},
    },
    "ImportSummary": {
        "import_id": "3c0f5b2d7a11",
        "kind": "people",
        "filename": "leads.csv",
        "state": "finished",
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:01:00Z",
        "counts": _COUNTS,
    },
    "Import": {
        "import_id": "3c0f5b2d7a11",
        "kind": "people",
        "filename": "leads.csv",
        "state": "checked",
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:09Z",
        "counts": _COUNTS,
        "mapping": "leads",
        "options": {"abort_over_percent": 20, "run": "when_told"},
        "causes": [
            {
                "code": "INVALID_EMAIL",
                "column": "E-Mail",
                "count": 2,
                "first_lines": [17, 203],
                "repair": "Write one address, as mia@acme.example, or empty the cell.",
            }
        ],
        "columns": [{"header": "E-Mail", "fields": ["email"], "samples": ["mia@acme.example"]}],
        "files": {"exceptions": "https://files.s3.eu-central-1.amazonaws.com/imports/3c0f5b2d7a11/exceptions.csv"},
    },
    "ColumnMapping": {"name": "leads", "version": 2, "updated_at": "2026-03-01T12:00:00Z", "mapping": _MAPPING},
}
