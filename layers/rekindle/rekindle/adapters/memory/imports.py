"""Files of imports that are nowhere: what would be started, as a list that grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rekindle.application.ports.imports import Upload


@dataclass
class MemoryImportFiles:
    started: list[tuple[str, str, int]] = field(default_factory=list)
    loaded: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def upload(self, import_id: str) -> Upload:
        return Upload("https://files.example.com/", {"key": import_id})

    def address(self, import_id: str, file: str) -> str:
        return f"https://files.example.com/{import_id}/{file}"

    def progress(self, import_id: str) -> Sequence[Mapping[str, Any]]:
        return self.loaded.get(import_id, [])

    def start(self, import_id: str, step: str, version: int) -> None:
        if (import_id, step, version) not in self.started:
            self.started.append((import_id, step, version))
