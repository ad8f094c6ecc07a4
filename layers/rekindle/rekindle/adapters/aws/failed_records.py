"""Stream records that a function could not process, whole, as Lambda keeps them: a file in a bucket for each batch. The
failure queue has a message for each file."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.domain.core.digests import digest


@dataclass(frozen=True)
class FailedRecords:
    client: Any
    bucket: str

    def batch(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """The function that failed and the event it got; None where the file is gone."""
        try:
            file = json.loads(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except self.client.exceptions.NoSuchKey:
            return None
        return file["requestContext"]["functionArn"], _event(file)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def erase(self, person_ids: Collection[str]) -> int:
        """Remove the records of a person from all files; answers from how many."""
        names, changed = {*person_ids, *map(digest, person_ids)}, 0
        for key in self._keys():
            file = json.loads(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
            records = _event(file)["Records"]
            left = [record for record in records if not _keys_of(record) & names]
            if len(left) == len(records):
                continue
            changed += 1
            if left:
                body = json.dumps({**file, "payload": {"Records": left}}).encode()
                self.client.put_object(Bucket=self.bucket, Key=key, Body=body)
            else:
                self.delete(key)
        return changed

    def _keys(self) -> Iterator[str]:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            yield from (one["Key"] for one in page.get("Contents", ()))


def _event(file: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda stores the event that the function got as a text."""
    payload: Any = file["payload"]
    event: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return event


def _keys_of(record: Mapping[str, Any]) -> set[str]:
    """Whose the record is: the person's id, or in the ledger a digest of it."""
    return {value for key in record["dynamodb"].get("Keys", {}).values() for value in key.values()}
