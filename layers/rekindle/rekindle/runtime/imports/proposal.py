"""A mapping that the headers of a file propose, as a document to correct, with samples of what the columns have."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

import yaml

from rekindle.adapters.imports.table import Table
from rekindle.domain.imports.headers import proposed
from rekindle.domain.imports.kinds import ImportKind
from rekindle.domain.imports.mapping import FileMapping
from rekindle.domain.imports.refusals import Damage
from rekindle.domain.imports.report import Report

SAMPLED, SAMPLES, LONGEST_SAMPLE = 100, 3, 40
"""Rows that are looked at, samples of a column, and characters of one."""


def proposal_of(kind: ImportKind, file: IO[bytes], mapping: FileMapping) -> str:
    """Raises FileRefused."""
    table = Table(file, mapping, Report())
    samples = Samples(table.header)
    for _, cells in islice(table, SAMPLED):
        samples.look_at(cells)
    fields = proposed(kind, table.header)
    lines = [f"# Fields of {kind.name}: {', '.join(sorted(kind.fields))}", "columns:"]
    for place, header in enumerate(table.header):
        shown = ", ".join(samples.of(place))
        lines.append(f"  {_quoted(header)}: {fields.get(place, 'null')}  # {shown}".rstrip(" #"))
    return "\n".join(lines) + "\n"


@dataclass
class Samples:
    """Some different texts of each column, of the first rows."""

    header: Sequence[str]
    _seen: int = 0
    _texts: dict[int, dict[str, None]] = field(default_factory=dict)

    def look_at(self, cells: Sequence[str] | Damage) -> None:
        self._seen += 1
        if self._seen > SAMPLED or isinstance(cells, Damage):
            return
        for place, cell in enumerate(cells[: len(self.header)]):
            texts = self._texts.setdefault(place, {})
            if len(texts) < SAMPLES and cell.strip():
                texts.setdefault(_short(cell.strip()))

    def of(self, place: int) -> list[str]:
        return list(self._texts.get(place, ()))


def _short(sample: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in sample)
    return printable if len(printable) <= LONGEST_SAMPLE else f"{printable[:LONGEST_SAMPLE]}…"


def _quoted(header: str) -> str:
    text: str = yaml.safe_dump(header, allow_unicode=True, default_style='"', width=100_000)
    return text.strip()
