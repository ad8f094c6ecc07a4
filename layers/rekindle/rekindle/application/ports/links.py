"""Ports of tracked links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import timedelta

    from rekindle.domain.links.click import Click


class Clicks(Protocol):
    """The queue of clicks."""

    def keep(self, click: Click) -> None:
        """Have a click stored. Raises Unavailable."""
        ...

    def judge(self, click: Click, after: timedelta) -> None:
        """Have it judged by what else was clicked by then. Raises Unavailable."""
        ...
