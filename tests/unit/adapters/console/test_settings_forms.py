"""Forms of the settings: what a form says is what the document says, for every section."""

from typing import Any

import pytest

from rekindle.adapters.console.settings_forms import changed_by, form, sections
from rekindle.adapters.wire.settings.document import faults
from rekindle.adapters.wire.settings.schema import DEFAULTS
from tests.support.builders import DOCUMENT

WHOLE = {
    **DOCUMENT,
    "qualification": {"threshold": 59.5},
    "reactivation": {
        "score": {"enabled": False, "priority": ["never_engaged", "new"], "default_campaign": {"single": "web"}},
        "active_status": {"delay": "PT5M"},
    },
    "assignment": {"rules": [{"owners": ["q"], "to": "q2", "reminder": None}], "intermediate_owners": ["a", "b"]},
    "responses": {"refinement_campaign": None, "positive": ["RSVP: Yes"]},
    "books": {"close_on_day": 5},
}


@pytest.mark.parametrize("section", sections())
@pytest.mark.parametrize("document", [WHOLE, DOCUMENT, DEFAULTS], ids=["whole", "small", "defaults"])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(section: str, document: dict[str, Any]) -> None:
    sent = {one["name"]: one["value"] for one in form(section, document) if one["value"]}
    assert changed_by(section, document, sent) == document


def test_fields_are_read_by_their_kinds() -> None:
    sent = {
        "reactivation.score.lookback_days": "45",
        "reactivation.score.enabled": "false",
        "reactivation.score.priority": "new\r\nnever_engaged\r\n",
        "reactivation.score.default_campaign.single": "7",
    }
    made = changed_by("reactivation", DOCUMENT, sent)
    score = made["reactivation"]["score"]
    assert (score["lookback_days"], score["enabled"]) == (45, False)
    assert score["priority"] == ["new", "never_engaged"]


@pytest.mark.parametrize("typed", ["{", "[1", "- a: [", "!!python/object:os.system {}", "many"])
def test_what_cannot_be_read_is_a_fault_at_its_field(typed: str) -> None:
    made = changed_by("person_statuses", DOCUMENT, {"person_statuses": typed})
    assert [path for path, _ in faults(made)] == ["person_statuses"]
    (field,) = form("person_statuses", made, faults(made))
    assert field["faults"] and field["value"] == typed
