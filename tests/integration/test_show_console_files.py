"""What the console's pages are made with."""

import re
from pathlib import Path

from functions.show_console_files.app import handler
from rekindle.runtime.console.pages import files
from tests.integration.conftest import Aws
from tests.integration.console import visited

STATIC = Path(__file__).parents[2] / "layers" / "console" / "rekindle_console" / "static"


def test_a_file_comes_under_a_name_of_its_content_to_be_kept_for_ever(aws: Aws) -> None:
    for path in STATIC.iterdir():
        page = visited(handler, f"/static/{files().named(path.name)}", role=None)
        assert page.status == 200 and page.html == path.read_text(encoding="utf-8")
        assert "immutable" in page.headers["Cache-Control"]


def test_another_name_is_no_file(aws: Aws) -> None:
    for name in ("style.css", "..%2F..%2Fetc%2Fpasswd", "style.0000000000000000.css"):
        assert visited(handler, f"/static/{name}", role=None).status == 404


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_colours_can_be_told_apart_in_the_light_and_in_the_dark() -> None:
    """Text on what it stands on: 4.5 to 1, as WCAG 2.2 AA asks."""
    sheet = (STATIC / "style.css").read_text(encoding="utf-8")
    palettes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{[^}]+\}", sheet)
    ]
    assert len(palettes) == 2 and palettes[0].keys() == palettes[1].keys()
    for palette in palettes:
        for text in ("text", "soft", "link", "accent"):
            for ground in ("page", "raised", "warm"):
                assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
        assert contrast(palette["text"], palette["track"]) >= 4.5
        assert contrast(palette["page"], palette["link"]) >= 4.5
        for tone in ("good", "bad"):
            for ground in (f"{tone}-page", "page"):
                assert contrast(palette[tone], palette[ground]) >= 4.5, tone
        assert contrast(palette["text"], palette["good-page"]) >= 4.5
        assert contrast(palette["soft"], palette["good-page"]) >= 4.5
