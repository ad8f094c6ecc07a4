"""A file that is loaded without a stack: what is known is a history, and what is new is appended to it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rekindle.adapters.imports.history_file import learn_history, new_facts
from rekindle.adapters.imports.known_in_file import KnownInFile
from rekindle.application.imports.import_rows import SettledRow
from rekindle.domain.imports.refusals import RowRefused
from rekindle.runtime.imports.loading import Imported, Loading, kept, refused_rows, take_nothing


@dataclass(frozen=True)
class OfflineImport:
    loading: Loading
    document: Mapping[str, Any]
    """The settings by which the history is read."""

    def __call__(self, file: IO[bytes], history: Path | None, exceptions: Path, *, dry_run: bool = False) -> Imported:
        """Raises FileRefused, BadHistory and OSError. Then nothing is written; nor is by a dry run."""
        with closing(KnownInFile()) as known, new_facts() as facts, refused_rows() as refused:
            if history is not None and history.is_file():
                learn_history(known, history, self.document)

            def take(rows: Sequence[SettledRow]) -> list[RowRefused | None]:
                for row in rows:
                    for fact in row.settled.facts:
                        facts.write(fact)
                return take_nothing(rows)

            plan, report = self.loading(file, known, take, refused)
            is_aborted = self.loading.is_aborted(report)
            if dry_run:
                return Imported(plan, report, is_aborted, None)
            # First, since it may be impossible to write there.
            written = kept(refused, report, exceptions)
            if history is not None and not is_aborted:
                facts.append_to(history)
            return Imported(plan, report, is_aborted, written)
