"""A tracked link: where it leads, and what a click on it says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit

from rekindle.domain.records.kind import Kind
from rekindle.domain.records.stamps import ChangeStamp

CLICK_THROUGH = "Click-thru"


@dataclass(frozen=True, slots=True)
class Link:
    """It never changes: whoever has it has seen where it leads."""

    link_id: str
    destination: str = ""
    campaign_id: str | None = None
    source_code: str | None = None
    """Leads to the campaign where none is named."""
    channel: str | None = None
    response_type: str = CLICK_THROUGH
    opts_out: bool = False
    """Whether the click says that the person is not to be contacted, and is no response."""
    created_at: datetime | None = None
    version: int = 1
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


LINK = Kind(name="link", record=Link, event="", id="link_id")


def is_allowed(destination: str, allowed: Collection[str]) -> bool:
    """Whether an address is one of those that the settings allow, or below one of them."""
    return any(_leads_into(destination, one) for one in allowed)


def _leads_into(destination: str, allowed: str) -> bool:
    try:
        there, here = urlsplit(destination), urlsplit(allowed)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    except ValueError:
        return False
    if not same or "@" in there.netloc or not _is_plain(destination, there.path):
        return False
    path, below = there.path or "/", here.path or "/"
    return path == below or path.startswith(below if below.endswith("/") else f"{below}/")


def _is_plain(destination: str, path: str) -> bool:
    """Nothing that two programs may read in two ways: browsers take a backslash for a slash, and leave out controls."""
    if "\\" in destination or not destination.isprintable() or " " in destination:
        return False
    return not any(step in (".", "..") for step in unquote(unquote(path)).replace("\\", "/").split("/"))
