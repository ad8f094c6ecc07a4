"""Every number of the console that is a link, over the demo history: the list that it opens is as long as it says."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions.show_book_pages.app import handler as books
from functions.show_campaign_pages.app import handler as campaigns
from functions.show_decision_pages.app import handler as decisions
from functions.show_import_pages.app import handler as imports
from functions.show_people_pages.app import handler as people
from functions.show_settings_pages.app import handler as settings
from functions.show_target_pages.app import handler as targets
from functions.show_work_pages.app import handler as work
from rekindle.adapters.wire.settings.reading import parsed
from rekindle.runtime import aws as root
from rekindle.runtime.simulation.simulator import Simulation
from tests.integration.conftest import EVENTS, Aws
from tests.integration.console import STAGE, Page, visited

PAGES = {
    **dict.fromkeys(("today", "failures", "owners", "deadlines", "duplicates"), work),
    **dict.fromkeys(("campaigns", "credit", "funnel"), campaigns),
    **dict.fromkeys(("targets", "tracks", "recycling"), targets),
    **dict.fromkeys(("people", "find"), people),
    **{"books": books, "decisions": decisions, "imports": imports, "settings": settings},
}
PERIOD = "from=2024-01-01&to=2028-01-01"
BEGIN = (
    "today",
    f"decisions?{PERIOD}",
    f"decisions?{PERIOD}&outcome=skipped",
    "campaigns",
    f"credit?{PERIOD}",
    "owners",
)
NUMBER = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>(?:<[^>]*>)*([\d\u2009.]+)(?:<[^>]*>)*</a>')
OPENED = 400
"""Pages that the walk opens at most: it ends before."""


@pytest.fixture
def played(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Simulation:
    """The demo history in memory, and the functions over it."""
    simulation = Simulation(parsed((EVENTS / "settings.yaml").read_bytes()))
    lines = (EVENTS / "history.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        list(simulation.play(number, json.loads(line)))
    list(simulation.finish())
    simulation.use_cases.count_campaigns()
    monkeypatch.setattr(root, "use_cases_on", lambda environment, client: simulation.use_cases)
    root.use_cases.cache_clear()
    return simulation


def visit(address: str, **more: str) -> Page:
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), **more}
    path = parts.path.removeprefix(f"{STAGE}/console")
    return visited(PAGES[path.split("/")[1]], path, role="operator", query=query or None)


def numbers() -> Iterator[tuple[str, str, str]]:
    """Of every page that numbers and names lead to: the page, the number, and where it leads."""
    left, seen = [f"{STAGE}/console/{one}" for one in BEGIN], set[str]()
    while left:
        address = left.pop(0)
        if address in seen:
            continue
        seen.add(address)
        assert len(seen) < OPENED
        page = visit(address)
        assert page.status == 200, address
        found = [(unescape(link), text.replace("\u2009", "")) for link, text in NUMBER.findall(page.html)]
        yield from ((address, number, link) for link, number in found if link.startswith(f"{STAGE}/console/"))
        left += [
            one for one in page.links() if re.match(rf"{STAGE}/console/(people|campaigns|books|targets)/[^/?#]+$", one)
        ]


def test_every_number_is_as_long_as_the_list_that_it_opens(played: Simulation) -> None:
    checked = 0
    for address, number, link in numbers():
        rows = list(csv.DictReader(io.StringIO(visit(link, format="csv").html)))
        where = urlsplit(link).path.removeprefix(f"{STAGE}/console/")
        if where in ("credit", "funnel"):
            cells = {float(cell) for row in rows for cell in row.values() if re.fullmatch(r"[\d.]+", cell)}
            assert float(number) in cells, (address, number, link)
        else:
            people = {row["person_id"] for row in rows} if where.endswith("/members") else rows
            assert len(people) == int(number), (address, number, link)
        checked += 1
    assert checked > 30
