"""Books in the console: closed months, their statements and adjustments; and a month closed."""

import csv
import io
import json
from typing import Any

from functions.show_book_pages.app import handler
from functions.show_books.app import handler as show_books
from tests.integration.conftest import BOOKS, CONTEXT, Aws, answered, call, client, event, invoked
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_close_books import at
from tests.integration.test_show_books import closed

__all__ = ["at", "closed"]


def visit(path: str, role: str = "viewer", **query: str) -> Page:
    return visited(handler, path, role=role, query=query or None)


def test_the_closed_months_are_those_of_the_api_each_after_the_one_before(closed: None) -> None:
    listed = call(show_books, "GET", "books").body["items"]
    page = visit("/books")
    assert page.status == 200 and [f"{STAGE}/console/books/{one['period']}" in page.links() for one in listed]
    rows = list(csv.DictReader(io.StringIO(visit("/books", format="csv").html)))
    assert [(row["period"], row["sha256"]) for row in rows] == [(one["period"], one["sha256"]) for one in listed]
    assert [row["follows"] for row in rows] == ["True", "True", ""]
    first = visit("/books", limit="2")
    assert first.words.count("follows") == 2 and "broken" not in first.words


def test_a_statement_shows_its_numbers_and_is_downloaded_byte_for_byte(closed: None) -> None:
    statement = call(show_books, "GET", "books", "2026-03").body
    page = visit("/books/2026-03")
    assert page.status == 200 and "the first" in page.words
    for line in statement["credit"]:
        assert f"{STAGE}/console/campaigns/{line['campaign_id']}" in page.links()
    assert visit("/books/2026-03", format="json").html == call(show_books, "GET", "books", "2026-03").text
    assert visit("/books/2026-12").status == 404 and visit("/books/March").status == 422


def test_a_statement_after_one_that_was_changed_says_so(closed: None) -> None:
    bucket = client("s3")
    stored = json.loads(bucket.get_object(Bucket=BOOKS, Key="statements/2026-03.json")["Body"].read())
    bucket.put_object(Bucket=BOOKS, Key="statements/2026-03.json", Body=json.dumps(stored).encode())
    assert "broken" in visit("/books").words and "broken" in visit("/books/2026-04").words


def test_an_admin_closes_a_month_and_nobody_else(closed: None, at: Any) -> None:
    at("2026-07-01T00:00:00")
    calls = invoked()
    form = {"period": "2026-06"}
    assert visited(handler, "/books", role="operator", form=form).status == 403
    assert calls == []
    assert visited(handler, "/books", role="admin", form=form).status == 202
    assert calls == [("rekindle-close-books", {"period": "2026-06"})]
    done = visited(handler, "/books", role="admin", form={"period": "2026-03"})
    assert (done.status, done.location) == (303, f"{STAGE}/console/books/2026-03")
    assert visited(handler, "/books", role="admin", form={"period": "2026-07"}).status == 409


def test_the_event_shows_that_nothing_is_closed(aws: Aws) -> None:
    page = handler(event("show_book_pages"), CONTEXT)
    assert page["statusCode"] == 200 and "No month is closed yet" in page["body"]
    assert answered(show_books, event("show_books")).body["items"] == []
