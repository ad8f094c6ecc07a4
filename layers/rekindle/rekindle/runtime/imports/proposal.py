"""A mapping that the headers of a file propose, as a document to correct, with samples of what the columns have."""

from itertools import islice
from typing import IO

import yaml

from rekindle.adapters.imports.table import Table
from rekindle.domain.imports.headers import proposed
from rekindle.domain.imports.kinds import ImportKind
from rekindle.domain.imports.mapping import FileMapping
from rekindle.domain.imports.report import Report

SAMPLED, SAMPLES, LONGEST_SAMPLE = 100, 3, 40
"""Rows that are looked at, samples of a column, and characters of one."""


def proposal_of(kind: ImportKind, file: IO[bytes], mapping: FileMapping) -> str:
    """Raises FileRefused."""
    table = Table(file, mapping, Report())
    rows = [cells for _, cells in islice(table, SAMPLED) if isinstance(cells, list)]
    fields = proposed(kind, table.header)
    lines = [f"# Fields of {kind.name}: {', '.join(sorted(kind.fields))}", "columns:"]
    for place, header in enumerate(table.header):
        samples = dict.fromkeys(cells[place].strip() for cells in rows if place < len(cells) and cells[place].strip())
        shown = ", ".join(_short(one) for one in list(samples)[:SAMPLES])
        lines.append(f"  {_quoted(header)}: {fields.get(place, 'null')}  # {shown}".rstrip(" #"))
    return "\n".join(lines) + "\n"


def _short(sample: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in sample)
    return printable if len(printable) <= LONGEST_SAMPLE else f"{printable[:LONGEST_SAMPLE]}…"


def _quoted(header: str) -> str:
    text: str = yaml.safe_dump(header, allow_unicode=True, default_style='"', width=100_000)
    return text.strip()
