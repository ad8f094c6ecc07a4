"""Imports of files, and stored mappings."""

from typing import Annotated, Any, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.imports.file_import import ImportState


class UploadForm(TypedDict):
    url: str
    fields: Annotated[dict[str, str], ("description", "As multipart/form-data, with the file last, as `file`.")]


class ImportCreated(TypedDict):
    import_id: str
    upload: UploadForm


class PeopleOfImport(TypedDict):
    created: int
    updated: int


class ImportCounts(TypedDict):
    """Rows: `read` is `created + updated + unchanged + refused`. `ignored` are lines that are no rows."""

    read: int
    created: int
    updated: int
    unchanged: int
    refused: int
    ignored: int
    duplicates: int
    facts: int
    people: PeopleOfImport


class ImportSummary(TypedDict):
    import_id: str
    kind: str
    filename: str
    state: ImportState
    created_at: Instant | None
    updated_at: Instant | None
    counts: ImportCounts


class ImportCause(TypedDict):
    code: str
    column: str | None
    count: int
    first_lines: list[int]
    repair: str


class ImportColumn(TypedDict):
    header: str
    fields: Annotated[list[str], ("description", "What the column feeds. None: it is ignored.")]
    samples: list[str]


class DoubtfulLine(TypedDict):
    line: int
    readings: Annotated[dict[str, str], ("description", "The line in several encodings.")]


class ImportProblem(TypedDict):
    code: str
    detail: str
    field: str | None
    readings: list[DoubtfulLine]


class ImportOptions(TypedDict):
    abort_over_percent: float
    run: str


class ImportUndo(TypedDict):
    state: str
    taken_back: int
    left: Annotated[dict[str, int], ("description", "What could not be taken back, by the reason.")]


class Import(TypedDict):
    import_id: str
    kind: str
    filename: str
    state: ImportState
    created_at: Instant | None
    updated_at: Instant | None
    counts: ImportCounts
    mapping: Annotated[Any, ("description", "The name of a stored mapping, or the document.")]
    options: ImportOptions
    causes: list[ImportCause]
    unknown_campaigns: dict[str, int]
    columns: list[ImportColumn]
    ignored_columns: list[str]
    problem: Annotated[ImportProblem | None, ("description", "Why the import was aborted.")]
    files: Annotated[dict[str, str], ("description", "Addresses that hold for an hour: exceptions, successes, left.")]
    undo: ImportUndo | None


class ColumnMapping(TypedDict):
    name: str
    version: int
    updated_at: Instant | None
    mapping: Annotated[dict[str, Any], ("description", "As docs/imports.md describes it.")]
