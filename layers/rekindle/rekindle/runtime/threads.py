"""What waits for AWS is done at the same time, in threads that are kept between invocations: each keeps its connection
to DynamoDB."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

MOST_AT_THE_SAME_TIME = 10
"""As many as a batch of a queue has messages, and as many connections as a botocore client keeps."""


def at_the_same_time[T, R](handle: Callable[[T], R], values: Sequence[T]) -> list[R]:
    """Handle all values, and answer the results in their order. One value alone needs no thread."""
    return list(_threads().map(handle, values) if len(values) > 1 else map(handle, values))


@lru_cache(maxsize=1)
def _threads() -> "ThreadPoolExecutor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(MOST_AT_THE_SAME_TIME)
