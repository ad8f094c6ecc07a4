"""One browser and one stack with the demo history for all journeys, and a signed-in page for each role."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import chromium, signed_in
from tests.e2e.conftest import built, cloud, stack, told, without_tls
from tests.local_cloud.console import ROLES
from tests.local_cloud.stack import Stack

__all__ = ["built", "cloud", "stack", "told", "without_tls"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def states(told: Stack, browser: Browser) -> dict[str, Any]:
    """The cookies of each role's session."""
    found = {}
    for role in ROLES:
        page = signed_in(browser, told, role)
        found[role] = page.context.storage_state()
        page.context.close()
    return found


@pytest.fixture
def complaints() -> list[str]:
    """What the browser said against a page: a policy that was broken, a script that failed."""
    return []


@pytest.fixture
def opened_by(browser: Browser, states: dict[str, Any], complaints: list[str]) -> Iterator[Any]:
    """A new page of the browser, signed in, by role."""
    contexts = []

    def open_page(role: str = "operator", **options: Any) -> Page:
        context = browser.new_context(storage_state=states[role], **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
