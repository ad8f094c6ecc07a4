"""The state machine: nobody is stuck, and the picture is that of the table."""

from pathlib import Path

from rekindle.adapters.wire.describe.states import in_document
from rekindle.domain.lifecycle.states import TRANSITIONS, allowed_transition
from rekindle.domain.people.lifecycle import ENGAGED, State

GUIDE = Path(__file__).parents[4] / "docs" / "lifecycle.md"


def test_no_state_is_a_dead_end():
    for state in State:
        assert any(allowed_transition(state, after) is not None for after in State), state
        assert allowed_transition(state, State.QUALIFIED) is not None or state in ENGAGED, state


def test_every_state_is_reached():
    assert {State.TARGET, *(one.after for one in TRANSITIONS)} == set(State)


def test_no_way_is_there_twice_with_another_event():
    seen: dict[tuple[State, State], str | None] = {}
    for one in TRANSITIONS:
        for before in one.before:
            assert before is not one.after
            assert seen.setdefault((before, one.after), one.event) in (one.event, "Lead Rejected")


def test_the_picture_in_the_documents_is_made_from_the_table():
    text = GUIDE.read_text(encoding="utf-8")
    assert in_document(text) == text, "run make describe"
