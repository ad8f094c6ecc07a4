"""Imports of files by their state. It stands apart from what loads files, which few functions have in their layers."""

from rekindle.application.core.paging import filtered
from rekindle.application.ports import Page
from rekindle.application.ports.records import Records
from rekindle.domain.imports.file_import import FileImport, ImportState


def list_imports(
    imports: Records[FileImport], limit: int, start: str | None, state: ImportState | None = None
) -> Page[FileImport]:
    """Newest first. `state`: only those in it."""
    return filtered(imports.newest, lambda one: state in (None, one.state), limit, start)
