"""Everything that is counted, out of exports of the tables, as DynamoDB writes them into a bucket: lines of JSON with
an item each, in no order, in many gzip files. An export reads no capacity of the table, and is of one instant.
"""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from zlib import crc32

import msgspec

from rekindle.adapters.dynamodb.census import PEOPLE, Items
from rekindle.adapters.dynamodb.writes import Image

_BUCKETS = 64
"""Into so many files people are spread, to bring the items of each together: one of them is held in memory."""


class _Text(msgspec.Struct, gc=False):
    S: str


class _Key(msgspec.Struct, gc=False):
    person_id: _Text


class _Line(msgspec.Struct, gc=False):
    Item: _Key


_KEY = msgspec.json.Decoder(_Line)


@dataclass(frozen=True)
class ExportedCensus(Items):
    folders: Mapping[str, Path]
    """Of `people`, `ledger` and `reference` where the export lies: a folder with .json.gz files, also further down."""

    def _scanned(self, table: str, names: Sequence[str]) -> Iterator[Image]:
        lines = self._lines(self.folders[table])
        return _together(lines) if table == PEOPLE else (_item(line) for line in lines)

    def _lines(self, folder: Path) -> Iterator[bytes]:
        files = sorted(folder.rglob("*.json.gz"))
        if not files:
            raise FileNotFoundError(2, "there is no .json.gz file of an export", str(folder))
        for path in files:
            with gzip.open(path) as file:
                yield from file


def _together(lines: Iterator[bytes]) -> Iterator[Image]:
    with ExitStack() as stack:
        buckets = [stack.enter_context(TemporaryFile()) for _ in range(_BUCKETS)]
        for line in lines:
            key = _KEY.decode(line).Item.person_id.S
            buckets[crc32(key.encode()) % _BUCKETS].write(line.rstrip(b"\n") + b"\n")
        for bucket in buckets:
            bucket.seek(0)
            yield from sorted(map(_item, bucket), key=lambda item: (item["person_id"]["S"], item["record"]["S"]))


def _item(line: bytes) -> Image:
    item: Image = msgspec.json.decode(line)["Item"]
    return item
