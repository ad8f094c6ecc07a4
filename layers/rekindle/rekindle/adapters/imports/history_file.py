"""The history that an import adds to: what it reports is known, and new facts are appended, all or none."""

import gzip
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec

from rekindle.adapters.history import History
from rekindle.adapters.imports.known_in_file import KnownInFile
from rekindle.adapters.sources.salesforce_mapping import mapping_of
from rekindle.adapters.wire.events import facts_of, ignored_by
from rekindle.domain.core import times
from rekindle.domain.core.errors import Refusal
from rekindle.domain.imports.changes import NewFact

SOURCE = "import"
"""The source of the events that an import makes."""
STANDARD_OUTPUT = Path("-")
_PACKED = b"\x1f\x8b"
_JSON = msgspec.json.Encoder()


def learn_history(known: KnownInFile, path: Path, document: Mapping[str, Any]) -> None:
    """Raises OSError and BadHistory. What a simulation would refuse of the history says nothing."""
    fields, ignored = mapping_of(document), frozenset(ignored_by(document))
    with closing(History(path)) as history:
        for _, envelope in history:
            try:
                facts = facts_of(envelope, lambda: fields, lambda: ignored)
            except Refusal:
                continue
            for fact in facts:
                known.learn(fact)


def event_of(fact: NewFact) -> dict[str, Any]:
    """The fact as an event of the bus."""
    return {"source": SOURCE, "detail-type": fact.event, "time": times.text(fact.at), "detail": fact.detail}


class NewFacts:
    """Facts that wait until the import is finished."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, fact: NewFact) -> None:
        self._file.write(_JSON.encode(event_of(fact)) + b"\n")

    def append_to(self, path: Path) -> None:
        """Raises OSError. A file that could not be written to its end is as it was before."""
        self._file.seek(0)
        if path == STANDARD_OUTPUT:
            shutil.copyfileobj(self._file, sys.stdout.buffer)
            return
        if not self._file.seek(0, os.SEEK_END):
            path.touch()
            return
        self._file.seek(0)
        with path.open("r+b" if path.exists() else "w+b") as history:
            packed = history.read(2) == _PACKED or (not history.seek(0, os.SEEK_END) and path.suffix == ".gz")
            before = history.seek(0, os.SEEK_END)
            try:
                with _written_to(history, packed=packed) as written:
                    if before and (packed or not _ends_line(history)):
                        written.write(b"\n")
                    shutil.copyfileobj(self._file, written)
            except BaseException:
                history.truncate(before)
                raise


@contextmanager
def new_facts() -> Iterator[NewFacts]:
    with TemporaryFile() as file:
        yield NewFacts(file)


@contextmanager
def _written_to(history: IO[bytes], *, packed: bool) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if not packed:
        yield history
        return
    with gzip.GzipFile(fileobj=history, mode="wb", mtime=0, filename="") as member:
        yield member


def _ends_line(history: IO[bytes]) -> bool:
    history.seek(-1, os.SEEK_END)
    return history.read(1) == b"\n"
