"""Lists that are read page by page."""

import pytest

from rekindle.application.core.paging import all_items, filtered
from rekindle.application.ports import Page


def read(limit: int, start: str | None) -> Page[int]:
    """The numbers below ten."""
    first = int(start or 0)
    return Page(list(range(first, min(first + limit, 10))), str(first + limit) if first + limit < 10 else None)


@pytest.mark.parametrize("part", [1, 3, 10, 11])
def test_all_items_are_read_once(part: int):
    assert list(all_items(read, part)) == list(range(10))


@pytest.mark.parametrize(
    ("limit", "start", "most_reads", "expected"),
    [
        (2, None, None, Page([0, 3], "4")),
        (2, "4", None, Page([6, 9], None)),
        (5, None, None, Page([0, 3, 6, 9], None)),
        (2, None, 1, Page([0], "2")),
        (1, "1", 1, Page([], "2")),
    ],
)
def test_a_page_is_filled_with_what_the_filter_takes(
    limit: int, start: str | None, most_reads: int | None, expected: Page[int]
):
    assert filtered(read, lambda number: number % 3 == 0, limit, start, most_reads) == expected
