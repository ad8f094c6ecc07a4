"""Says what takes long and for how long: one living line on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

WIDTH = 28
EVERY = 0.1
"""Seconds between two drawings of a bar."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """``with step("Deploying"):`` shows the seconds while it runs, and the result at its end."""
    began = time.monotonic()
    finished = threading.Event()
    living = sys.stderr.isatty()

    def show(end: str = "", note: str = "") -> None:
        elapsed = time.monotonic() - began
        print(f"\r{what} … {elapsed:.0f} s{note}", end=end, file=sys.stderr, flush=True)

    def keep_showing() -> None:
        while not finished.wait(0.5):
            show()

    ticker = threading.Thread(target=keep_showing, daemon=True)
    if living:
        show()
        ticker.start()
    else:
        print(f"{what} …", file=sys.stderr, flush=True)
    note = ", failed"
    try:
        yield
        note = ""
    finally:
        finished.set()
        if living:
            ticker.join()
            show(end="\n", note=note)
        else:
            print(f"{what}: {time.monotonic() - began:.1f} s{note}", file=sys.stderr, flush=True)


class Bar:
    """``with Bar("Playing", 900) as bar: bar.show(120)`` draws how much is done, how fast, and how long it will take.

    Where there is no terminal it prints a line for each tenth.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what = what
        self.total = total
        self._began = self._drawn = time.monotonic()
        self._living = sys.stderr.isatty()
        self._tenth = 0
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        done = f"{self.total:,}" if error is None else f"stopped at {self._done:,} of {self.total:,}"
        elapsed = time.monotonic() - self._began
        start = "\r\x1b[2K" if self._living else ""
        print(f"{start}{self.what}: {done} in {elapsed:.1f} s", file=sys.stderr, flush=True)

    def show(self, done: int, note: str = "") -> None:
        now = time.monotonic()
        self._done = done
        if self._living:
            if now - self._drawn >= EVERY:
                self._drawn = now
                print(f"\r\x1b[2K{self._line(done, now)}{note}", end="", file=sys.stderr, flush=True)
        elif (tenth := 10 * done // max(self.total, 1)) > self._tenth and tenth < 10:
            self._tenth = tenth
            print(f"{self._line(done, now)}{note}", file=sys.stderr, flush=True)

    def _line(self, done: int, now: float) -> str:
        filled = WIDTH * done // max(self.total, 1)
        rate = done / max(now - self._began, 0.001)
        left = f", {(self.total - done) / rate:.0f} s left" if rate else ""
        bar = "█" * filled + "░" * (WIDTH - filled)
        return f"{self.what} {bar} {done:,} of {self.total:,}, {rate:,.0f}/s{left}"
