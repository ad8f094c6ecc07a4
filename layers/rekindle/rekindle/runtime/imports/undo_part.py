"""What one part of a file loaded, taken back: by facts that go where those of the CRM go."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

import msgspec

from rekindle.adapters.aws.imports import folder
from rekindle.adapters.aws.objects import Bucket
from rekindle.adapters.imports.history_file import event_of
from rekindle.application.imports.stored_records import StoredRecords
from rekindle.application.imports.take_back import TakeBack
from rekindle.domain.imports.changes import NewFact
from rekindle.runtime.use_cases import UseCases

LEFT = ("record", "record_id", "code", "field")
_JOURNAL = msgspec.json.Decoder(list[list[NewFact]])


@dataclass(frozen=True)
class UndoPart:
    bucket: Bucket
    use: UseCases

    def __call__(self, import_id: str, part: str) -> dict[str, int]:
        """Answers how much is taken back, and how much stays, by the reason."""
        place, ports = folder(import_id), self.use.ports
        stored = StoredRecords(ports.people, ports.scores, ports.records)
        take_back = TakeBack(ports.people, stored, ports.clock())
        counts, left = Counter[str](), io.StringIO()
        lines = csv.writer(left)
        for some in batched(take_back(self._facts(f"{place}journal/{part}/")), 100, strict=False):
            ports.facts_queue.send([event_of(one.fact) for one in some if one.fact is not None])
            for one in some:
                if one.left is not None:
                    lines.writerow((*one.record, one.left.value, one.field or ""))
                counts[one.left.value if one.left is not None else "taken_back"] += 1
        note: dict[str, Any] = {"counts": counts, "left": left.getvalue()}
        self.bucket.write(f"{place}left/{part}", json.dumps(note).encode())
        return dict(counts)

    def _facts(self, prefix: str) -> Iterator[NewFact]:
        for key in self.bucket.keys(prefix):
            for facts in _JOURNAL.decode(self.bucket.read(key)):
                yield from facts
