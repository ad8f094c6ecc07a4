"""Who is on a target list, in files."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.adapters.books import Files
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import NotFound


@dataclass(frozen=True)
class FiledLists:
    files: Files

    def put(self, list_id: str, person_ids: Sequence[str]) -> None:
        self.files.write(_key(list_id), gzip.compress(json.dumps(person_ids).encode()))

    def get(self, list_id: str) -> Sequence[str]:
        key = _key(list_id)
        # S3 refuses a file that is not there to whoever may not list the bucket, as it does one that nobody may read.
        if not list(self.files.keys(key)):
            raise NotFound(f"who is on the list {list_id!r} is not kept")
        found: Sequence[str] = json.loads(gzip.decompress(self.files.read(key)))
        return found


def _key(list_id: str) -> str:
    return f"lists/{digest('target list', list_id)}.json.gz"
