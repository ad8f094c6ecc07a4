"""Pages of records, in the order of their ids."""

from collections.abc import Mapping

from rekindle.application.ports import Page


def forward[T](records: Mapping[str, T], limit: int, start: str | None) -> Page[T]:
    """A page of records in the order of their ids, those up to `start` left out."""
    ids = sorted(i for i in records if start is None or i > start)
    return Page([records[i] for i in ids[:limit]], ids[limit - 1] if len(ids) > limit else None)


def backward[T](records: Mapping[str, T], limit: int, start: str | None) -> Page[T]:
    """A page of records in the reverse order of their ids, those from `start` on left out."""
    ids = sorted((i for i in records if start is None or i < start), reverse=True)
    return Page([records[i] for i in ids[:limit]], ids[limit - 1] if len(ids) > limit else None)
