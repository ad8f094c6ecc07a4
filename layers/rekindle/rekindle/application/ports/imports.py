"""Ports of imports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rekindle.domain.people.person import Person
    from rekindle.domain.people.score import Score
    from rekindle.domain.reactivation.change import Change
    from rekindle.domain.responses.response import Response, ResponseOwner


@dataclass(frozen=True, slots=True)
class Upload:
    """A form for one file, to be sent as `multipart/form-data`."""

    url: str
    fields: Mapping[str, str]


class ImportFiles(Protocol):
    """The files of imports, and what works on them. Raises Unavailable."""

    def upload(self, import_id: str, then: str | None = None) -> Upload:
        """A pre-signed form, which holds for an hour and takes a file of limited size. `then`: the address of a page
        that a browser is led to afterwards, with `bucket`, `key` and `etag` in its query."""
        ...

    def address(self, import_id: str, file: str) -> str:
        """A pre-signed address of a file, which holds for an hour. `file`: as in `FileImport.files`."""
        ...

    def progress(self, import_id: str) -> Sequence[Mapping[str, Any]]:
        """What is loaded of each part so far, as `Report.shown` has it."""
        ...

    def start(self, import_id: str, step: str, version: int) -> None:
        """Start to load (`run`) or to take back (`undo`). A second start of the same version is the first."""
        ...


class ManyRecords(Protocol):
    """Many records at a time, as last committed. What is not there is left out. Raises Unavailable."""

    def people(self, person_ids: Collection[str]) -> Iterable[Person]: ...

    def responses(self, keys: Collection[tuple[str, str]]) -> Iterable[tuple[str, Response]]:
        """By the ids of person and response."""
        ...

    def owners(self, response_ids: Collection[str]) -> Iterable[tuple[str, ResponseOwner]]: ...

    def scores(self, person_ids: Collection[str]) -> Iterable[Score]: ...

    def commit(self, commits: Sequence[Sequence[Change]]) -> Sequence[bool]:
        """Commits that have nothing in common, each as `People.commit` takes it, several in one transaction. Answers
        for each whether it was committed: where it was not, it changed nothing."""
        ...
