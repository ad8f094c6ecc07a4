"""What `make describe` writes is written: the OpenAPI document and the table of events."""

from pathlib import Path

from rekindle.adapters.wire.describe.__main__ import written
from rekindle.adapters.wire.describe.document import WRITTEN
from rekindle.adapters.wire.describe.event_table import in_document

EVENTS = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_openapi_document_is_made_from_the_declarations() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == written()


def test_the_guide_to_events_shows_the_fields_that_are_declared() -> None:
    guide = EVENTS.read_text(encoding="utf-8")
    assert in_document(guide) == guide
