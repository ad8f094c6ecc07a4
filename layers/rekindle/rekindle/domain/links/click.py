"""A click on a tracked link, and whether a program may have made it: mail scanners follow links before people do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

JUST_SENT = timedelta(seconds=5)
"""Nobody reads a message that quickly."""
INSTANT = timedelta(seconds=2)
"""Nobody opens two different links within it."""
JUDGED_AFTER = timedelta(seconds=60)
"""By then the other clicks of the same instant are stored."""

KIND = "click"

_PROGRAMS = (
    *("bot", "crawler", "spider", "slurp", "preview", "scanner", "headless", "phantomjs", "facebookexternalhit"),
    *("proofpoint", "mimecast", "barracuda", "safelinks", "urldefense", "symantec", "fortinet", "zscaler"),
    *("trendmicro", "ironport", "googleimageproxy", "curl/", "wget/", "python-", "go-http-client", "java/"),
    *("okhttp", "libwww", "axios", "node-fetch", "ruby", "powershell"),
)
"""Parts of the names that programs give themselves."""


@dataclass(frozen=True, slots=True)
class Click:
    click_id: str
    link_id: str
    person_id: str
    campaign_id: str | None
    at: datetime
    suspected: bool
    """Whether the request alone says that a program made it."""


def is_of_program(method: str, agent: str, at: datetime, sent_at: datetime) -> bool:
    """Whether a request looks like a program's: it asks for the head alone, names itself, or comes too soon."""
    named = agent.lower()
    return method != "GET" or not named or any(part in named for part in _PROGRAMS) or at < sent_at + JUST_SENT


def is_one_of_many(link_id: str, at: datetime, others: Iterable[tuple[str | None, datetime]]) -> bool:
    """Whether another link was clicked in the same instant. `others`: links that the person clicked, and when."""
    return any(other not in (None, link_id) and abs(when - at) <= INSTANT for other, when in others)
