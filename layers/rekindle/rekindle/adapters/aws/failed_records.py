"""Stream records that a function could not process, whole, as Lambda keeps them: a file in a bucket for each batch. The
failure queue has a message for each file."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.aws.objects import Bucket
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import NotFound


@dataclass(frozen=True)
class FailedRecords:
    bucket: Bucket

    def batch(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """The function that failed and the event it got; None where the file is gone."""
        try:
            file = json.loads(self.bucket.read(key))
        except NotFound:
            return None
        return file["requestContext"]["functionArn"], _event(file)

    def delete(self, key: str) -> None:
        self.bucket.delete(key)

    def erase(self, person_ids: Collection[str]) -> int:
        """Remove the records of a person from all files; answers from how many."""
        names, changed = {*person_ids, *map(digest, person_ids)}, 0
        for key in list(self.bucket.keys()):
            file = json.loads(self.bucket.read(key))
            records = _event(file)["Records"]
            left = [record for record in records if not _keys_of(record) & names]
            if len(left) == len(records):
                continue
            changed += 1
            if left:
                self.bucket.write(key, json.dumps({**file, "payload": {"Records": left}}).encode())
            else:
                self.delete(key)
        return changed


def _event(file: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda stores the event that the function got as a text."""
    payload: Any = file["payload"]
    event: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return event


def _keys_of(record: Mapping[str, Any]) -> set[str]:
    """Whose the record is: the person's id, or in the ledger a digest of it."""
    return {value for key in record["dynamodb"].get("Keys", {}).values() for value in key.values()}
