"""One part of a file, loaded: some rows at a time, and noted each time how far it is."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from rekindle.adapters.aws.imports import folder
from rekindle.adapters.imports.exceptions_file import ExceptionsFile
from rekindle.application.imports.import_rows import SettledRow, Take
from rekindle.application.imports.read_ahead import ReadAheadStores
from rekindle.domain.imports.file_import import FileImport, ImportState
from rekindle.domain.imports.refusals import RowRefused
from rekindle.domain.imports.report import Outcome, Report, added_up
from rekindle.runtime.imports.loading import Loading
from rekindle.runtime.imports.on_stack import RecordFacts, TakeBy, load_rows
from rekindle.runtime.imports.part_files import PartRows
from rekindle.runtime.use_cases import UseCases

if TYPE_CHECKING:
    from rekindle.runtime.imports.in_parts import ImportedParts

Json = dict[str, Any]


class _Stopped(Exception):
    """The import does not run any more."""


class LoadPart:
    """A part that was interrupted is gone on with where the last note was written."""

    def __init__(self, parts: "ImportedParts", found: FileImport, name: str) -> None:
        self._parts, self._import = parts, found
        self._bucket, place = parts.bucket, folder(found.import_id)
        self._journal, self._notes = f"{place}journal/{name}/", f"{place}loaded/{name}/"
        self._report, self._rows = Report(), 0
        notes = list(self._bucket.keys(self._notes))
        self._before: Json = json.loads(self._bucket.read(notes[-1])) if notes else {"rows": 0, "report": {}}
        self._numbers = count(len(notes))
        self._tries = count(len(list(self._bucket.keys(self._journal))))
        self._plan = json.loads(self._bucket.read(f"{place}plan.json"))
        self._refused, self._loaded = io.StringIO(), io.StringIO()

    def __call__(self, path: Path) -> Json:
        """Answers the counts. Raises Unavailable and Conflict."""
        loading = self._parts.loading(self._import)
        exceptions = ExceptionsFile(self._refused, self._plan["header"], self._plan["delimiter"])
        _taken(self._refused)  # The header is that of the whole file's.
        with path.open("rb") as file:
            rows = PartRows(self._plan["header"], self._plan["delimiter"], file, self._before["rows"])
            try:
                load_rows(self._parts.use, loading, rows, self._report, self._take_by(loading), exceptions.write)
                self._note(is_done=True)
            except _Stopped:
                self._note(is_done=False)
        return self._shown()

    def _take_by(self, loading: Loading) -> TakeBy:
        def take_by(use: UseCases, stores: ReadAheadStores) -> Take:
            record = RecordFacts(use, loading.now, stores)
            return lambda rows: self._take(record, rows)

        return take_by

    def _take(self, record: RecordFacts, rows: Sequence[SettledRow]) -> Sequence[RowRefused | None]:
        if self._report.read:
            self._note(is_done=False)
        if self._parts.found(self._import.import_id).state is not ImportState.RUNNING:
            raise _Stopped
        written = [row.settled.facts for row in rows if row.settled.facts]
        if written:
            # Before anything is recorded: what was there before cannot be known afterwards.
            self._bucket.write(f"{self._journal}{next(self._tries):06}", msgspec.json.encode(written))
        refused = record(rows)
        lines = csv.writer(self._loaded)
        for row, fault in zip(rows, refused, strict=True):
            if fault is None and row.settled.outcome is not Outcome.UNCHANGED:
                kind, _, record_id = row.settled.record.partition(":")
                lines.writerow((row.line, row.settled.outcome.value, kind, record_id))
        return refused

    def _note(self, *, is_done: bool) -> None:
        note = {
            "rows": self._before["rows"] + self._report.read,
            "report": self._shown(),
            "is_done": is_done,
            "refused": _taken(self._refused),
            "loaded": _taken(self._loaded),
        }
        self._bucket.write(f"{self._notes}{next(self._numbers):06}", json.dumps(note).encode())

    def _shown(self) -> Json:
        earlier: Mapping[str, Any] = self._before["report"]
        return added_up([earlier, self._report.shown()])


def _taken(text: io.StringIO) -> str:
    """What was written since it was taken last."""
    found = text.getvalue()
    text.seek(0)
    text.truncate()
    return found
