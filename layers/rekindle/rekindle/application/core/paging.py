"""Lists that are read page by page: all of one, or a page of what a filter takes."""

from collections.abc import Callable, Iterator
from itertools import count

from rekindle.application.ports import Page

type Read[T] = Callable[[int, str | None], Page[T]]
"""Reads so many items from where an earlier page ended; from the beginning for None."""


def all_items[T](read: Read[T], part: int) -> Iterator[T]:
    """Every item of a list, of which `part` are read at a time. The next part is read when all before it are used."""
    start: str | None = None
    while True:
        page = read(part, start)
        yield from page.items
        start = page.next
        if start is None:
            return


def filtered[T](
    read: Read[T], takes: Callable[[T], bool], limit: int, start: str | None, most_reads: int | None = None
) -> Page[T]:
    """A page of the items that a filter takes. It has `limit` items unless it is the last, or `most_reads` were made:
    then it may be shorter."""
    found: list[T] = []
    for reads in count(1):
        page = read(limit - len(found), start)
        found += filter(takes, page.items)
        start = page.next
        if start is None or len(found) >= limit or reads == most_reads:
            break
    return Page(found, start)
