"""What `make describe` writes is written: the OpenAPI document and what the guides show of the declarations."""

from pathlib import Path

from rekindle.adapters.wire.describe import event_table, settings_reference
from rekindle.adapters.wire.describe.__main__ import written
from rekindle.adapters.wire.describe.document import WRITTEN

DOCS = Path(__file__).parents[2] / "docs"


def test_the_openapi_document_is_made_from_the_declarations() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == written()


def test_the_guide_to_events_shows_the_fields_that_are_declared() -> None:
    guide = (DOCS / "events.md").read_text(encoding="utf-8")
    assert event_table.in_document(guide) == guide


def test_the_reference_of_the_settings_shows_the_schema() -> None:
    guide = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert settings_reference.in_document(guide) == guide
