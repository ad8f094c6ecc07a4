"""A progress bar on standard error, where that is a terminal; nothing where it is not."""

import sys
import time
from collections.abc import Iterable, Iterator

from rekindle.cli.columns import terminal

WIDTH = 30
EVERY = 0.2
"""Seconds between two drawings."""


def progress[T](items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    return _drawn(items, total, doing) if sys.stderr.isatty() else iter(items)


def _drawn[T](items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    started = drawn = time.monotonic()
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - drawn >= EVERY:
                drawn = now
                print(f"\r\x1b[2K{bar(doing, done, total, now - started)}", end="", file=sys.stderr, flush=True)
            yield item
    finally:
        # Whatever comes next, a message about a bad line too, stands on a line of its own.
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


def bar(doing: str, done: int, total: int, seconds: float) -> str:
    """As long as there is room for on one line: what wraps cannot be drawn over."""
    rate = done / seconds if seconds else 0
    left = (total - done) / rate if rate else 0
    numbers = f"{done:,}/{total:,}  {rate:,.0f}/s  {_in_words(left)} left"
    width = max(0, min(WIDTH, terminal() - len(doing) - len(numbers) - 3))
    filled = width * done // max(total, 1)
    return f"{doing} {'█' * filled + '░' * (width - filled)} {numbers}"


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
