"""Imports of files that callers ask for: created, followed, run, cancelled, taken back; and the stored mappings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.core.attempts import until_committed
from rekindle.application.core.list_imports import list_imports
from rekindle.application.ports import Clock, Page
from rekindle.application.ports.imports import ImportFiles, Upload
from rekindle.application.ports.records import Records
from rekindle.domain.core.errors import Conflict, InvalidField, KeyReused, NotFound, PreconditionFailed
from rekindle.domain.core.values import replace
from rekindle.domain.imports.file_import import ColumnMapping, FileImport, ImportState
from rekindle.domain.imports.report import added_up

_CANCELLABLE = (ImportState.AWAITING_FILE, ImportState.CHECKING, ImportState.CHECKED, ImportState.RUNNING)


@dataclass(frozen=True)
class AnswerImports:
    imports: Records[FileImport]
    mappings: Records[ColumnMapping]
    files: ImportFiles
    clock: Clock

    def create(self, wanted: FileImport) -> tuple[FileImport, Upload]:
        """The import as stored, and the form for its file; the same one again is that one. Raises InvalidField where
        the mapping that it names is not stored, and KeyReused."""
        if wanted.mapping_name is not None:
            mapping = self.mappings.get(wanted.mapping_name)
            if mapping is None:
                raise InvalidField(f"there is no mapping {wanted.mapping_name!r}", "mapping")
            wanted = replace(wanted, mapping=mapping.document)
        now = self.clock()
        try:
            self.imports.put(wanted.at(now, created_at=now), 0)
        except Conflict:
            stored = self.shown(wanted.import_id)
            if _request(stored) != _request(wanted):
                raise KeyReused("the same key came with another import", "Idempotency-Key") from None
        return self.shown(wanted.import_id), self.files.upload(wanted.import_id)

    def shown(self, import_id: str) -> FileImport:
        """With the counts of what is loaded so far. Raises NotFound."""
        found = self.imports.get(import_id)
        if found is None:
            raise NotFound(f"there is no import {import_id!r}")
        if found.state is ImportState.RUNNING:
            # What the check refused is not loaded, and counts from the beginning.
            return replace(found, counts=added_up([refused_in(found.counts), *self.files.progress(import_id)]))
        return found

    def listed(self, limit: int, start: str | None, state: ImportState | None = None) -> Page[FileImport]:
        """Newest first. `state`: only those in it."""
        return list_imports(self.imports, limit, _place(start), state)

    def act(self, action: str, import_id: str) -> FileImport:
        """`run`, `cancellation` or `undo`. Raises NotFound and WrongState."""
        actions = {"run": self.run, "cancellation": self.cancel, "undo": self.undo}
        if action not in actions:
            raise NotFound(f"an import has no {action!r}")
        return actions[action](import_id)

    def run(self, import_id: str) -> FileImport:
        """Have a checked file loaded. Raises NotFound and WrongState."""

        def begin(found: FileImport) -> FileImport:
            if found.state is ImportState.RUNNING:
                return found
            found.has_to_be("to run it", ImportState.CHECKED)
            return found.at(self.clock(), state=ImportState.RUNNING, loaded_at=self.clock())

        running = self.change(import_id, begin)
        self.files.start(import_id, "run", running.version)
        return running

    def cancel(self, import_id: str) -> FileImport:
        """Load no further row. What is loaded stays, and can be taken back. Raises NotFound and WrongState."""

        def cancelled(found: FileImport) -> FileImport:
            if found.state is ImportState.CANCELLED:
                return found
            found.has_to_be("to cancel it", *_CANCELLABLE)
            return found.at(self.clock(), state=ImportState.CANCELLED)

        return self.change(import_id, cancelled)

    def undo(self, import_id: str) -> FileImport:
        """Have what the import loaded taken back, but for what was changed since. Raises NotFound and WrongState."""

        def undone(found: FileImport) -> FileImport:
            if found.undo is not None:
                return found
            ended = (ImportState.FINISHED, ImportState.CANCELLED, ImportState.ABORTED)
            found.has_to_be("to take it back", *ended)
            if found.loaded_at is None:
                found.has_to_be("to take it back", ImportState.FINISHED)
            return found.at(self.clock(), undo={"state": "running"})

        found = self.change(import_id, undone)
        if found.state is not ImportState.UNDONE:
            self.files.start(import_id, "undo", found.version)
        return found

    def change(self, import_id: str, to: Callable[[FileImport], FileImport]) -> FileImport:
        """Store the next version of an import; the one that is stored where `to` answers that. Raises NotFound."""

        def attempt() -> FileImport:
            before = self.imports.get(import_id)
            if before is None:
                raise NotFound(f"there is no import {import_id!r}")
            after = to(before)
            if after is not before:
                self.imports.put(after, before.version)
            return after

        return until_committed(attempt)

    # --- mappings ----------------------------------------------------------------------------------------------------

    def mapping(self, name: str) -> ColumnMapping:
        """Raises NotFound."""
        found = self.mappings.get(name)
        if found is None:
            raise NotFound(f"there is no mapping {name!r}")
        return found

    def listed_mappings(self, limit: int, start: str | None) -> Page[ColumnMapping]:
        """Newest first."""
        return self.mappings.newest(limit, _place(start))

    def store_mapping(self, name: str, document: Mapping[str, Any], expected_version: int | None) -> ColumnMapping:
        """The next version; the same document again is none. Raises PreconditionFailed where another version is
        current than the one that was expected."""

        def attempt() -> ColumnMapping:
            stored = self.mappings.get(name)
            version = stored.version if stored else 0
            if expected_version is not None and expected_version != version:
                raise PreconditionFailed(f"the current version is {version}, not {expected_version}", "If-Match")
            if stored is not None and stored.document == document:
                return stored
            after = ColumnMapping(name, document, self.clock(), version + 1)
            self.mappings.put(after, version)
            return after

        return until_committed(attempt)


def refused_in(counts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the counts of a check what is refused, and stays refused."""
    refused = counts.get("refused", 0)
    rows = {"read": refused, "created": 0, "updated": 0, "unchanged": 0, "refused": refused}
    return {**rows, **{name: counts[name] for name in ("ignored", "causes") if name in counts}}


def _request(one: FileImport) -> tuple[Any, ...]:
    mapping = one.mapping if one.mapping_name is None else None
    return one.kind, one.filename, mapping, one.mapping_name, one.abort_over_percent, one.run


def _place(start: str | None) -> str | None:
    if start is not None and not start.isdecimal():
        raise InvalidField("it is not what an earlier page answered as next", "next")
    return start
