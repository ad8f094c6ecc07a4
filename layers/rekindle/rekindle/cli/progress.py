"""A progress bar on standard error, where that is a terminal; nothing where it is not."""

import sys
import time
from collections.abc import Iterable, Iterator

WIDTH = 30
EVERY = 0.2
"""Seconds between two drawings."""


def progress[T](items: Iterable[T], total: int, doing: str) -> Iterable[T]:
    return _drawn(items, total, doing) if sys.stderr.isatty() else items


def _drawn[T](items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    started = drawn = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if now - drawn >= EVERY:
            drawn = now
            _draw(doing, done, total, now - started)
        yield item
    print("\r\x1b[2K", end="", file=sys.stderr)


def _draw(doing: str, done: int, total: int, seconds: float) -> None:
    filled = WIDTH * done // max(total, 1)
    rate = done / seconds if seconds else 0
    left = (total - done) / rate if rate else 0
    bar = "█" * filled + "░" * (WIDTH - filled)
    print(f"\r\x1b[2K{doing} {bar} {done:,}/{total:,}  {rate:,.0f}/s  {left:.0f} s left", end="", file=sys.stderr)
