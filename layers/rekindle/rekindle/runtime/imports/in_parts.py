"""A file that was uploaded, loaded part by part: checked as a whole, cut so that the rows about one record are in one
part, each part loaded by itself, and taken back in the same way.

In the bucket, an import has its file under `uploads/ID`, and under `imports/ID/`: `plan.json`, `refused.csv` (of the
check), `parts/`, `journal/` (what rows come to, written before they are loaded), `loaded/` (how far a part is, with its
refused rows and those that were loaded), `left/`, and the files for whoever asked for the import.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rekindle.adapters.aws.imports import UPLOADS, folder, progress_in
from rekindle.adapters.aws.objects import Bucket
from rekindle.adapters.imports.exceptions_file import ExceptionsFile
from rekindle.adapters.imports.mapping_document import mapping_from
from rekindle.adapters.imports.table import Table
from rekindle.application.imports.answer_imports import refused_in
from rekindle.domain.imports.file_import import FileImport, ImportEnded, ImportState, Run
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.mapping import Plan
from rekindle.domain.imports.refusals import FileFault, FileRefused
from rekindle.domain.imports.report import Outcome, Report, added_up
from rekindle.runtime.imports.load_part import LoadPart
from rekindle.runtime.imports.loading import Loading
from rekindle.runtime.imports.on_stack import load_rows
from rekindle.runtime.imports.part_files import PartWriter, SampledRows
from rekindle.runtime.imports.proposal import Samples
from rekindle.runtime.imports.undo_part import LEFT, UndoPart
from rekindle.runtime.use_cases import UseCases

Json = dict[str, Any]
BYTES_OF_PART = 1_000_000
MOST_PARTS = 50
MOST_COLUMNS = 200
"""Columns that the answer of a check lists."""
END = "end"
SUCCESSES = ("line", "outcome", "record", "record_id")
_ROWS = ("read", *(outcome.value for outcome in Outcome), "ignored")


class NotLoaded(Exception):
    """Why a step failed. Trying again will not help."""


@dataclass(frozen=True)
class ImportedParts:
    bucket: Bucket
    use: UseCases

    def begin(self, started: Mapping[str, Any], execution: str) -> Json:
        """What is to be done with each part. Checks the file where the upload of it started the execution."""
        if "step" in started:
            return self._parts(started["import_id"], started["step"])
        import_id = _import_of(started)

        def taken(found: FileImport) -> FileImport:
            if found.state is not ImportState.AWAITING_FILE:
                return found
            return found.at(self._now(), state=ImportState.CHECKING, checked_by=execution)

        found = self.use.answer_imports.change(import_id, taken)
        if found.state is not ImportState.CHECKING or found.checked_by != execution:
            return self._parts(import_id, END)
        with TemporaryDirectory() as scratch:
            try:
                after = self._check(found, Path(scratch))
            except FileRefused as refused:
                problem: Json = {"code": refused.code, "detail": refused.message, "field": refused.field}
                if refused.readings:
                    problem["readings"] = list(refused.readings)
                after = self._abort(import_id, problem)
        return self._parts(import_id, "run" if after.state is ImportState.RUNNING else END)

    def _check(self, found: FileImport, scratch: Path) -> FileImport:
        loading = self.loading(found)
        report, refused = Report(), scratch / "refused"
        self.bucket.fetch(f"{UPLOADS}{found.import_id}", scratch / "file")
        parts = min(MOST_PARTS, 1 + (scratch / "file").stat().st_size // BYTES_OF_PART)
        writer = PartWriter(scratch, parts)
        with (scratch / "file").open("rb") as file, refused.open("w", encoding="utf-8", newline="") as written:
            table = Table(file, loading.mapping, report)
            samples = Samples(table.header)
            exceptions = ExceptionsFile(written, table.header, table.delimiter)
            plan = load_rows(
                self.use,
                loading,
                SampledRows(table, samples),
                report,
                lambda use, stores: writer.take,
                exceptions.write,
            )
        content = {"header": table.header, "delimiter": table.delimiter}
        place = folder(found.import_id)
        self.bucket.write(f"{place}plan.json", json.dumps(content).encode())
        for name, path in writer.written():
            with path.open("rb") as part:
                self.bucket.write(f"{place}parts/{name}", part)
        for key in ("refused.csv", *(["exceptions.csv"] if report.causes else [])):
            with refused.open("rb") as written:
                self.bucket.write(f"{place}{key}", written)
        return self._checked(found, report, plan, samples, is_aborted=loading.is_aborted(report))

    def _checked(
        self, found: FileImport, report: Report, plan: Plan, samples: Samples, *, is_aborted: bool
    ) -> FileImport:
        counts, columns = report.shown(), _columns(plan, samples)
        files = ("exceptions",) if report.causes else ()
        if is_aborted:
            detail = f"{counts['refused']:,} of {counts['read']:,} rows are refused: the mapping is probably wrong"
            problem = {"code": FileFault.TOO_MANY_REFUSED.value, "detail": detail, "field": None}
            return self._abort(found.import_id, problem, counts=counts, columns=columns, files=files)

        def checked(one: FileImport) -> FileImport:
            if one.state is not ImportState.CHECKING:
                return one  # It was cancelled.
            now, runs = self._now(), one.run == Run.WHEN_CHECKED
            state = ImportState.RUNNING if runs else ImportState.CHECKED
            loaded_at = now if runs else None
            return one.at(now, state=state, loaded_at=loaded_at, counts=counts, columns=columns, files=files)

        return self.use.answer_imports.change(found.import_id, checked)

    def load(self, import_id: str, key: str) -> Json:
        """One part. Answers its counts. Raises Unavailable and Conflict: tried again, it goes on where it stopped."""
        found = self.found(import_id)
        if found.state is not ImportState.RUNNING:
            return {"part": key}
        with TemporaryDirectory() as scratch:
            path = Path(scratch) / "part"
            self.bucket.fetch(key, path)
            shown = LoadPart(self, found, key.rpartition("/")[2])(path)
        return {"part": key, **{name: shown[name] for name in _ROWS}}

    def take_back(self, import_id: str, key: str) -> Json:
        """What one part loaded. Answers counts."""
        counts = UndoPart(self.bucket, self.use)(import_id, key.rpartition("/")[2])
        return {"part": key, **counts}

    def end(self, import_id: str, step: str) -> Json:
        """All parts were tried. Raises NotLoaded where one failed."""
        if step == "undo":
            return self._taken_back(import_id)
        parts = {key.rpartition("/")[2] for key in self.bucket.keys(f"{folder(import_id)}parts/")}
        done = {part for part, one in progress_in(self.bucket, import_id) if one["is_done"]}
        found = self.found(import_id)
        if found.state is ImportState.RUNNING and parts - done:
            raise NotLoaded(f"{len(parts - done)} of {len(parts)} parts failed")
        return self._ended(import_id, ImportState.FINISHED, None)

    def _taken_back(self, import_id: str) -> Json:
        place = folder(import_id)
        counts = Counter[str]()
        with TemporaryDirectory() as scratch:
            path = Path(scratch) / "left"
            with path.open("w", encoding="utf-8", newline="") as left:
                csv.writer(left).writerow(LEFT)
                for key in self.bucket.keys(f"{place}left/"):
                    one = json.loads(self.bucket.read(key))
                    counts.update(one["counts"])
                    left.write(one["left"])
            with path.open("rb") as written:
                self.bucket.write(f"{place}left.csv", written)
        taken_back = counts.pop("taken_back", 0)
        undo = {"state": "finished", "taken_back": taken_back, "left": dict(sorted(counts.items()))}

        def undone(found: FileImport) -> FileImport:
            files = (*(one for one in found.files if one != "left"), "left")
            return found.at(self._now(), state=ImportState.UNDONE, undo=undo, files=files)

        self.use.answer_imports.change(import_id, undone)
        return {"import_id": import_id, **undo}

    def fail(self, started: Mapping[str, Any]) -> Json:
        """A step failed for good: say so where the import is shown."""
        import_id = started.get("import_id") or _import_of(started)
        cause = started.get("error", {}).get("Error", "unknown")
        detail = f"the import stopped ({cause}). Load the file again: it goes on with what is missing"
        problem = {"code": "LOAD_FAILED", "detail": detail, "field": None}
        if started.get("step") == "undo":
            failed = {"state": "failed", "problem": problem}
            self.use.answer_imports.change(import_id, lambda one: one.at(self._now(), undo=failed))
            return {"import_id": import_id}
        if self.found(import_id).state is ImportState.RUNNING:
            return self._ended(import_id, ImportState.ABORTED, problem)
        self._abort(import_id, problem)
        return {"import_id": import_id}

    def _ended(self, import_id: str, state: ImportState, problem: Json | None) -> Json:
        files = self._written_files(import_id)
        progress = [one["report"] for _, one in progress_in(self.bucket, import_id)]

        def ended(found: FileImport) -> FileImport:
            if "successes" in found.files:
                return found
            counts = added_up([refused_in(found.counts), *progress])
            after = found.state if found.is_ended else state
            return found.at(self._now(), state=after, counts=counts, files=files, problem=problem)

        found = self.use.answer_imports.change(import_id, ended)
        self._announce(found)
        return {"import_id": import_id, "state": found.state, **{name: found.counts[name] for name in _ROWS}}

    def _written_files(self, import_id: str) -> tuple[str, ...]:
        """The refused rows of the check and of all parts, and the rows that were loaded."""
        place = folder(import_id)
        with TemporaryDirectory() as scratch:
            exceptions, successes = Path(scratch) / "exceptions", Path(scratch) / "successes"
            self.bucket.fetch(f"{place}refused.csv", exceptions)
            with (
                exceptions.open("a", encoding="utf-8", newline="") as refused,
                successes.open("w", encoding="utf-8", newline="") as loaded,
            ):
                csv.writer(loaded).writerow(SUCCESSES)
                for key in self.bucket.keys(f"{place}loaded/"):
                    one = json.loads(self.bucket.read(key))
                    refused.write(one["refused"])
                    loaded.write(one["loaded"])
            for key, path in (("exceptions.csv", exceptions), ("successes.csv", successes)):
                with path.open("rb") as written:
                    self.bucket.write(f"{place}{key}", written)
        return ("exceptions", "successes")

    def _abort(self, import_id: str, problem: Json, **more: Any) -> FileImport:
        def aborted(found: FileImport) -> FileImport:
            return (
                found if found.is_ended else found.at(self._now(), state=ImportState.ABORTED, problem=problem, **more)
            )

        found = self.use.answer_imports.change(import_id, aborted)
        self._announce(found)
        return found

    def _announce(self, found: FileImport) -> None:
        counts = {name: found.counts.get(name, 0) for name in _ROWS}
        at, settings = found.updated_at or self._now(), self.use.ports.reference.settings()
        ended = ImportEnded(
            found.import_id, found.kind, found.filename, found.state.value, counts, at, settings.version
        )
        self.use.ports.ledger.add_import(ended)

    def loading(self, found: FileImport) -> Loading:
        mapping, zone = mapping_from(found.mapping), self.use.ports.reference.settings().zone
        return Loading(KINDS[found.kind], mapping, zone, found.loaded_at or self._now(), found.abort_over_percent)

    def found(self, import_id: str) -> FileImport:
        """As it is stored. Raises NotFound."""
        return self.use.answer_imports.change(import_id, lambda found: found)

    def _parts(self, import_id: str, step: str) -> Json:
        return {"import_id": import_id, "step": step, "parts": f"{folder(import_id)}parts/"}

    def _now(self) -> Any:
        return self.use.ports.clock()


def _columns(plan: Plan, samples: Samples) -> tuple[Json, ...]:
    return tuple(
        {"header": header, "fields": plan.columns.get(header, []), "samples": samples.of(place)}
        for place, header in enumerate(samples.header[:MOST_COLUMNS])
    )


def _import_of(started: Mapping[str, Any]) -> str:
    """The import whose file was uploaded, from the event of the bucket."""
    key: str = started["detail"]["object"]["key"]
    return key.removeprefix(UPLOADS)
