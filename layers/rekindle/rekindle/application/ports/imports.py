"""Ports of imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Upload:
    """A form for one file, to be sent as `multipart/form-data`."""

    url: str
    fields: Mapping[str, str]


class ImportFiles(Protocol):
    """The files of imports, and what works on them. Raises Unavailable."""

    def upload(self, import_id: str) -> Upload:
        """A pre-signed form, which holds for an hour and takes a file of limited size."""
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
