"""The console in a browser: signed in through the user pool's own pages, in each role, and with what people have."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import axe
from tests.local_cloud.console import ROLES
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.usefixtures("without_tls")
SCREENS = (
    *("today", "find", "decisions", "campaigns", "credit", "funnel", "owners", "deadlines", "targets", "tracks"),
    *("recycling", "imports", "books", "failures", "duplicates", "settings", "settings/versions"),
)
SERIOUS = ("serious", "critical")
Opened = Callable[..., Page]


def barriers(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    page.evaluate(axe())
    found: Any = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"] if one["impact"] in SERIOUS]


def is_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def addresses(stack: Stack) -> list[str]:
    """Every screen, and a person, a decision and a campaign with something on them."""
    decision = next(one for one in stack.decisions() if one.activates)
    more = (f"people/{decision.person_id}", f"decisions/{decision.decision_id}", f"campaigns/{decision.campaign_id}")
    return [f"{stack.console.sign_in}/{one}" for one in (*SCREENS, *more)]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_screen_has_a_barrier_nor_breaks_its_policy(
    told: Stack, opened_by: Opened, complaints: list[str], colours: str
) -> None:
    page = opened_by("admin", color_scheme=colours)
    for address in addresses(told):
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        assert barriers(page) == [], address
    assert complaints == []


def test_every_screen_fits_a_narrow_window(told: Stack, opened_by: Opened) -> None:
    page = opened_by("operator", viewport={"width": 320, "height": 640})
    for address in addresses(told):
        page.goto(address)
        assert not is_wider_than_the_window(page), address


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_what_it_may_do(told: Stack, opened_by: Opened, role: str) -> None:
    page, base = opened_by(role), told.console.sign_in
    page.goto(f"{base}/imports")
    assert page.get_by_role("button", name="Go on to the upload").count() == (role != "viewer")
    page.goto(f"{base}/books")
    assert page.get_by_role("button", name="Close for good").count() == (role == "admin")
    answer = page.goto(f"{base}/sessions")
    assert answer is not None and answer.status == (200 if role == "admin" else 403)


@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_name_to_the_rule_behind_a_credit(
    told: Stack, opened_by: Opened, complaints: list[str], scripts: bool
) -> None:
    """With and without JavaScript."""
    decision = next(one for one in told.decisions() if one.activates)
    page, base = opened_by("viewer", java_script_enabled=scripts), told.console.sign_in
    page.goto(f"{base}/today")
    page.get_by_label("Find anything").fill(decision.person_id)
    page.get_by_label("Find anything").press("Enter")
    page.wait_for_url(f"{base}/people/{decision.person_id}")
    page.locator(f"a[href$='/decisions/{decision.decision_id}']").first.click()
    page.wait_for_url(f"{base}/decisions/{decision.decision_id}")
    expect(page.locator("main")).to_contain_text("got the credit")
    page.locator("a[href*='/settings/versions/']").first.click()
    page.wait_for_url(re.compile(f"{re.escape(base)}/settings/versions/"))
    assert complaints == []


def test_the_keyboard_alone_leads_from_today_to_a_person(told: Stack, opened_by: Opened) -> None:
    decision = next(one for one in told.decisions() if one.activates)
    page, base = opened_by("viewer"), told.console.sign_in
    page.goto(f"{base}/today")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type(decision.person_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/people/{decision.person_id}")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.href || ''").endswith(f"/decisions/{decision.decision_id}"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/decisions/{decision.decision_id}")


def test_a_file_is_uploaded_checked_and_loaded(told: Stack, opened_by: Opened, tmp_path: Path) -> None:
    page, base = opened_by("operator"), told.console.sign_in
    file = tmp_path / "people.csv"
    file.write_text("person_id,email,score\nbrowser-1,mia@acme.example,5\nbrowser-2,mo@acme.example,high\n")
    page.goto(f"{base}/imports")
    page.get_by_label("Rows are").select_option("people")
    page.get_by_label("File name").fill(file.name)
    page.get_by_role("button", name="Go on to the upload").click()
    page.wait_for_url(re.compile(f"{re.escape(base)}/imports/[^/?]+$"))
    address = page.url
    page.get_by_label("CSV or XLSX").set_input_files(file)
    page.get_by_role("button", name="Upload").click(no_wait_after=True)
    page.wait_for_url(re.compile(rf"{re.escape(address)}\?.*etag="))
    told.until(lambda: _shows(page, address, "checked"))
    expect(page.locator("#causes + .wide")).to_contain_text("score")
    page.get_by_role("button", name="Load 1 rows").click()
    told.until(lambda: _shows(page, address, "finished"))


def _shows(page: Page, address: str, state: str) -> bool:
    page.goto(address)
    return page.locator(".sub .tag").first.text_content() == state


def test_a_failure_is_discarded_with_a_note(told: Stack, opened_by: Opened, complaints: list[str]) -> None:
    told.sqs.send_message(QueueUrl=told.outputs["FailureQueueUrl"], MessageBody="no JSON: of the browser")
    page, base = opened_by("operator"), told.console.sign_in
    told.until(lambda: _lists_a_failure(page, base))
    page.get_by_role("link", name="message").first.click()
    expect(page.locator("pre")).to_contain_text("of the browser")
    page.get_by_label("Why it is discarded").fill("a test of the browser")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("main")).to_contain_text("1 discarded")
    page.goto(f"{base}/failures?state=discarded")
    expect(page.locator("main")).to_contain_text("a test of the browser")
    assert complaints == []


def _lists_a_failure(page: Page, base: str) -> bool:
    page.goto(f"{base}/failures")
    return page.get_by_role("link", name="message").count() > 0
