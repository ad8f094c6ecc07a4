"""Templates of the console, filled. Every text is escaped where it is put into a page; nothing is marked as safe."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.environment import Environment

from rekindle.domain.core import times

TYPES = {".svg": "image/svg+xml", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class ConsoleFiles:
    """The folder with the console's templates and static files."""

    root: Path

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(self.root / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        environment.filters |= {
            "step": step,
            "query": query,
            "day": day,
            "minute": minute,
            "number": number,
            "percent": percent,
            "span": span,
            "words": words,
        }
        environment.globals["static"] = self.named
        return environment

    def page(self, template: str, values: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render(values)

    @cached_property
    def _contents(self) -> Mapping[str, tuple[str, str]]:
        """Static files by the names under which pages ask for them, each with its media type."""
        found = {}
        for path in sorted((self.root / "static").iterdir()):
            text = path.read_text(encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()[:16]
            found[f"{path.stem}.{digest}{path.suffix}"] = (text, TYPES[path.suffix])
        return found

    def named(self, file: str) -> str:
        """The name of a static file with a digest of its content, so that it may be kept for ever."""
        stem, _, suffix = file.rpartition(".")
        return next(name for name in self._contents if name.startswith(f"{stem}.") and name.endswith(f".{suffix}"))

    def content(self, name: str) -> tuple[str, str] | None:
        """A static file and its media type; None where there is no such file."""
        return self._contents.get(name)


def step(text: object) -> str:
    """An id as one step of an address."""
    return quote(str(text), safe="")


def query(values: Mapping[str, Any]) -> str:
    """The query of an address, without what is empty; nothing where nothing is left."""
    named = {name: value for name, value in values.items() if value not in (None, "")}
    return f"?{urlencode(named)}" if named else ""


def day(moment: str | None) -> str:
    return "" if moment is None else _local(moment).strftime("%d %b %Y").lstrip("0")


def minute(moment: str | None) -> str:
    return "" if moment is None else _local(moment).strftime("%d %b %Y %H:%M").lstrip("0")


def _local(moment: str) -> datetime:
    """In UTC, as all of the product's sentences."""
    return times.instant(moment)


def number(value: float | None) -> str:
    """With thin spaces between thousands, and no more than two decimals."""
    if value is None:
        return "–"
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return text.replace(",", "\u2009")


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}\u2009%"


def span(seconds: float | None) -> str:
    """A duration in its two largest units."""
    if seconds is None:
        return "–"
    left = int(abs(seconds))
    parts: list[str] = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if left >= length and len(parts) < 2:
            parts.append(f"{left // length}\u2009{unit}")
            left %= length
        elif parts:
            break
    return " ".join(parts) or "0\u2009s"


def words(code: object) -> str:
    """A code of the contract as words: `NO_CANDIDATE` is "no candidate"."""
    return "" if code is None else str(code).replace("_", " ").lower()
