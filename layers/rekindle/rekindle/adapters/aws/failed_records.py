"""Stream records that a function could not process, whole, as Lambda keeps them: a file in a bucket for each batch. The
failure queue has a message for each file."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rekindle.adapters.aws.objects import Bucket
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import NotFound
from rekindle.domain.failures.failure import Failure

Record = Mapping[str, Any]


@dataclass(frozen=True)
class FailedRecords:
    bucket: Bucket

    def batch(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """The function that failed and the event it got; None where the file is gone."""
        file = self._file(key)
        return (file["requestContext"]["functionArn"], _event(file)) if file is not None else None

    def _file(self, key: str) -> dict[str, Any] | None:
        try:
            file: dict[str, Any] = json.loads(self.bucket.read(key))
        except NotFound:
            return None
        return file

    def delete(self, key: str) -> None:
        self.bucket.delete(key)

    def about(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> Iterator[Failure]:
        """The records of a person, for each file that has some."""
        for key, file, own, _ in self._with(person_ids):
            function = file["requestContext"]["functionArn"].rpartition(":function:")[2]
            yield Failure(
                failure_id=key,
                failed_at=_created_at(own[0]),
                reason="RETRIES_EXHAUSTED",
                body=json.dumps({"Records": own}, ensure_ascii=False),
                record="stream_records",
                record_id=key,
                source=function,
            )

    def erase(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> int:
        """Remove the records of a person from all files; answers from how many."""
        changed = 0
        for key, file, _, others in self._with(person_ids):
            changed += 1
            if others:
                self.bucket.write(key, json.dumps({**file, "payload": {"Records": others}}).encode())
            else:
                self.delete(key)
        return changed

    def _with(self, person_ids: Collection[str]) -> Iterator[tuple[str, dict[str, Any], list[Record], list[Record]]]:
        """Each file with records of a person: its key, the file, those records and all others."""
        names = {*person_ids, *map(digest, person_ids)}
        for key in list(self.bucket.keys()):
            file = self._file(key)
            if file is None:
                continue  # Sent again in this moment.
            records = _event(file)["Records"]
            own = [record for record in records if _keys_of(record) & names]
            if own:
                yield key, file, own, [record for record in records if record not in own]


def _event(file: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda stores the event that the function got as a text."""
    payload: Any = file["payload"]
    event: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return event


def _created_at(record: Record) -> datetime:
    """When the record was written, to the second."""
    return datetime.fromtimestamp(record["dynamodb"].get("ApproximateCreationDateTime", 0), UTC)


def _keys_of(record: Record) -> set[str]:
    """Whose the record is: the person's id, or in the ledger a digest of it."""
    return {value for key in record["dynamodb"].get("Keys", {}).values() for value in key.values()}
