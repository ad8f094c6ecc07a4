"""An import of a file into the stack, from the upload to its end, and the mappings that are stored by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rekindle.domain.core.errors import WrongState
from rekindle.domain.core.values import replace
from rekindle.domain.imports.report import ABORT_OVER_PERCENT
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.stamps import ChangeStamp


class ImportState(StrEnum):
    AWAITING_FILE = "awaiting_file"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    FINISHED = "finished"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    UNDONE = "undone"


class Run(StrEnum):
    """When rows are loaded: as soon as the file is checked, or when a caller says so."""

    WHEN_CHECKED = "when_checked"
    WHEN_TOLD = "when_told"


_BEFORE_THE_END = (ImportState.AWAITING_FILE, ImportState.CHECKING, ImportState.CHECKED, ImportState.RUNNING)


@dataclass(frozen=True, slots=True)
class FileImport:
    import_id: str
    kind: str = ""
    """A name of `imports.kinds.KINDS`."""
    filename: str = ""
    mapping: Mapping[str, Any] = field(default_factory=dict)
    """The document of the mapping, as it was when the import was created."""
    mapping_name: str | None = None
    abort_over_percent: float = ABORT_OVER_PERCENT
    run: str = Run.WHEN_CHECKED
    state: ImportState = ImportState.AWAITING_FILE
    created_at: datetime | None = None
    updated_at: datetime | None = None
    checked_by: str | None = None
    """The execution that checks the file: a second one for the same file ends at once."""
    loaded_at: datetime | None = None
    """When loading began: the instant of what the rows change."""
    counts: Mapping[str, Any] = field(default_factory=dict)
    """Of the check, as `Report.shown` has them; at the end of what was loaded."""
    columns: tuple[Mapping[str, Any], ...] = ()
    """Each with its `header`, the `fields` that it feeds, and `samples`."""
    problem: Mapping[str, Any] | None = None
    """Why the import was aborted: `code`, `detail`, `field`, and of a doubtful encoding the `readings`."""
    files: tuple[str, ...] = ()
    """The files that can be downloaded: `exceptions`, `successes`, `left`."""
    undo: Mapping[str, Any] | None = None
    """What was taken back, and what could not be: counts by cause."""
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)

    @property
    def is_ended(self) -> bool:
        return self.state not in _BEFORE_THE_END

    def has_to_be(self, what: str, *states: ImportState) -> None:
        """Raises WrongState."""
        if self.state not in states:
            listed = " or ".join(states)
            raise WrongState(f"the import is {self.state}: {what} is possible while it is {listed}", "state")

    def at(self, now: datetime, **changes: Any) -> "FileImport":
        """The next version."""
        return replace(self, updated_at=now, version=self.version + 1, **changes)


IMPORT = Kind(name="import", record=FileImport, event="", id="import_id", listed=True)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    name: str
    document: Mapping[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


MAPPING = Kind(name="mapping", record=ColumnMapping, event="", id="name", listed=True)


@dataclass(frozen=True, slots=True)
class ImportEnded:
    """An import came to its end: finished, aborted or cancelled."""

    import_id: str
    kind: str
    filename: str
    state: str
    counts: Mapping[str, Any]
    """Rows by outcome, without the causes."""
    at: datetime
    settings_version: int
