"""The statements of closed months, as they were written; and a month that is to be closed."""

from dataclasses import dataclass

from rekindle.application.measures.close_books import CloseBooks
from rekindle.application.ports import Page
from rekindle.application.ports.measures import Books, Closings
from rekindle.domain.core.errors import CallTooLarge, NotFound

LARGEST = 5_000_000
"""Bytes that an answer may have."""


@dataclass(frozen=True)
class ShowBooks:
    books: Books
    close: CloseBooks
    closings: Closings

    def listed(self, limit: int, start: str | None) -> Page[bytes]:
        """Statements, the newest first."""
        months = [month for month in self.books.months() if start is None or month < start]
        found = [self.books.statement(month) for month in months[:limit]]
        return Page([body for body in found if body is not None], months[limit - 1] if len(months) > limit else None)

    def statement(self, month: str) -> bytes:
        """Raises NotFound where the month is not closed, and CallTooLarge."""
        body = self.books.statement(month)
        if body is None:
            raise NotFound(f"{month} is not closed", "period")
        if len(body) > LARGEST:
            raise CallTooLarge("the statement is too large for an answer: read it from the bucket of the books")
        return body

    def closing(self, month: str) -> bytes | None:
        """The statement where the month is closed already; else None, and its closing begins. Raises NotClosable."""
        if self.close.check(month):
            return self.statement(month)
        self.closings.start(month)
        return None
