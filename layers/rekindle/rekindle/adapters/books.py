"""Statements of closed months in files that are written once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from rekindle.adapters.wire import books
from rekindle.domain.core.errors import NotFound
from rekindle.domain.measures.books import ClosedRecord, PreviousStatement, Statement

STATEMENTS, RECORDS, ANNOUNCED = "statements/", "records/", "announced/"
_JSON = ".json"


class Files(Protocol):
    """By key."""

    def read(self, key: str) -> bytes:
        """Raises NotFound."""
        ...

    def keys(self, prefix: str) -> Iterable[str]: ...

    def write(self, key: str, body: bytes) -> None: ...

    def create(self, key: str, body: bytes) -> None:
        """Raises Conflict where there is such a file."""
        ...


@dataclass(frozen=True)
class FiledBooks:
    files: Files

    def months(self) -> Sequence[str]:
        keys = self.files.keys(STATEMENTS)
        return sorted((key.removeprefix(STATEMENTS).removesuffix(_JSON) for key in keys), reverse=True)

    def statement(self, month: str) -> bytes | None:
        try:
            return self.files.read(f"{STATEMENTS}{month}{_JSON}")
        except NotFound:
            return None

    def previous(self, month: str) -> PreviousStatement:
        return books.previous(self._body(month))

    def adjustments(self, month: str) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = books.read(self._body(month))["adjustments"]
        return found

    def kept(self, previous: PreviousStatement) -> Iterable[ClosedRecord]:
        return books.read_records(self.files.read(_records(previous.sha256)))

    def unannounced(self) -> Sequence[str]:
        announced = {key.removeprefix(ANNOUNCED) for key in self.files.keys(ANNOUNCED)}
        return [month for month in reversed(self.months()) if month not in announced]

    def announced(self, month: str) -> None:
        self.files.write(f"{ANNOUNCED}{month}", b"")

    def put(self, statement: Statement, kept: Iterable[ClosedRecord], name: Callable[[str], str]) -> None:
        body = books.written(statement, name)
        # First what the next closing needs. It is named by the statement: who closes the month meanwhile has another.
        self.files.write(_records(sha256(body).hexdigest()), books.written_records(kept))
        self.files.create(f"{STATEMENTS}{statement.month}{_JSON}", body)

    def _body(self, month: str) -> bytes:
        body = self.statement(month)
        if body is None:
            raise NotFound(f"{month} is not closed", "period")
        return body


def _records(statement_sha256: str) -> str:
    return f"{RECORDS}{statement_sha256}.jsonl.gz"
