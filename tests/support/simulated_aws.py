"""AWS simulated in this process by moto, as `moto.mock_aws` has it, but for many threads and with quick transactions.

Functions record the facts of different people at the same time. Moto is not made for that: it copies a table while
another thread writes to it. So it answers one request after the other.

Before a transaction moto copies the table of each of its items, to restore it if one fails. A transaction of 45 items
copies one table 45 times, with every record that its stream ever had. One copy of each table is enough, because all
are made before the first write; and records of a stream never change, so that a list of the same ones is enough.
"""

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb import models
from moto.dynamodb.models.table import Table


@contextmanager
def simulated_aws() -> Iterator[None]:
    with (
        mock_aws(),
        patch.object(BotocoreStubber, "process_request", _answer),
        patch.object(models.DynamoDBBackend, "transact_write_items", _transact),
    ):
        yield


_process_request = BotocoreStubber.process_request
# A service may call another one while it answers.
_answering = threading.RLock()


def _answer(stubber: BotocoreStubber, request: Any) -> Any:
    with _answering:
        return _process_request(stubber, request)


_transact_write_items = models.DynamoDBBackend.transact_write_items


def _transact(backend: models.DynamoDBBackend, items: list[dict[str, Any]]) -> None:
    copies: dict[int, Table] = {}

    def deepcopy(value: Any) -> Any:
        if not isinstance(value, Table):
            return copy.deepcopy(value)
        if id(value) not in copies:
            copies[id(value)] = _copied(value)
        return copies[id(value)]

    with patch.object(models, "copy", SimpleNamespace(deepcopy=deepcopy)):
        _transact_write_items(backend, items)


def _copied(table: Table) -> Table:
    shard = table.stream_shard
    return copy.deepcopy(table, {id(shard.items): [*shard.items]} if shard else {})
