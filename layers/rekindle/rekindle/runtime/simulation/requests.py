"""Simulations that are asked for: over the command line, over the API, and of the parts of a large history."""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rekindle.adapters.history import BadHistory, Numbered, in_order_of_time
from rekindle.adapters.wire import simulations
from rekindle.adapters.wire.rules import LARGEST_ANSWER
from rekindle.adapters.wire.simulations import A_LARGER_WAY, Choice, SimulationRequested
from rekindle.adapters.wire.views import decisions
from rekindle.application.settings.change_settings import ChangeSettings
from rekindle.domain.core.errors import CallTooLarge, InvalidField, InvalidSettings, Refusal
from rekindle.domain.measures.credit import names_of
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.simulation.simulator import Simulation

Json = dict[str, Any]


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Frozen values refer to each other one way only: there are no cycles to find among the many that a history piles
    up, and looking for them would take a third of the time, the last look at the end of the process included."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def played(simulation: Simulation, history: Iterable[Numbered]) -> Iterator[Explanation]:
    """The decisions in the order decided. Raises BadHistory for what is no event."""
    for number, envelope in history:
        try:
            yield from simulation.play(number, envelope)
        except Refusal as refusal:
            raise BadHistory(number, refusal.message) from None
    yield from simulation.finish()


def answer_of(request: SimulationRequested, stored: ChangeSettings) -> Json:
    """What a request is answered with. Nothing is stored, and of what is stored only settings are read.

    Raises NotFound, InvalidSettings, InvalidField and CallTooLarge.
    """
    documents = [_document(choice, stored) for choice in (request.settings, request.against) if choice is not None]
    try:
        history = in_order_of_time(request.history)
        simulated = [Simulation(document) for document in documents]
        decisions = _fitting(played(simulated[0], history))
        for other in simulated[1:]:
            for _ in played(other, history):
                pass
    except BadHistory as bad:
        raise InvalidField(bad.reason, f"history[{bad.line - 1}]") from None
    _check_campaigns(request, simulated)
    return {"decisions": decisions, **summary(len(history), len(decisions), *simulated)}


def summary(events: int, decisions: int, simulation: Simulation, other: Simulation | None = None) -> Json:
    """What is said of a simulation beside its decisions."""
    name = names_of(simulation.use_cases.ports.reference.campaign)
    return {
        **simulations.credits_shown(simulation.credit, other.credit if other else None, name),
        "refused": [simulations.refused(one.line, one.refusal) for one in simulation.refused],
        "passed_over": dict(sorted(simulation.passed_over.items())),
        "unmapped_statuses": dict(sorted(simulation.unmapped_statuses.items())),
        "counts": {
            "events": events,
            "decisions": decisions,
            "refused": len(simulation.refused),
            "applied": simulation.applied,
            "older": simulation.older,
            "duplicate": simulation.duplicate,
        },
    }


def _document(choice: Choice, stored: ChangeSettings) -> Mapping[str, Any]:
    if choice.document is not None:
        return choice.document
    return stored.current()[1] if choice.version is None else stored.version(choice.version)


def _fitting(explanations: Iterator[Explanation]) -> list[Json]:
    fitting, size = [], 0
    for explanation in explanations:
        shown = decisions.decision(explanation, listed=decisions.LISTED)
        text = json.dumps(shown)
        # The answer travels as a text within JSON, where each quotation stamp takes two bytes.
        size += len(text) + text.count('"') + text.count("\\")
        if size > LARGEST_ANSWER:
            raise CallTooLarge(f"the decisions take more than {LARGEST_ANSWER:,} bytes: {A_LARGER_WAY}", "history")
        fitting.append(shown)
    return fitting


def _check_campaigns(request: SimulationRequested, simulated: list[Simulation]) -> None:
    """As where settings are stored, but by whatever the history holds: a campaign may be over at its end."""
    faults: list[tuple[str, str]] = []
    for name, choice, simulation in zip(
        ("settings", "against"), (request.settings, request.against), simulated, strict=False
    ):
        if choice is not None and choice.document is not None:
            faults += simulations.within(name, simulation.use_cases.change_settings.faults(choice.document, ever=True))
    if faults:
        raise InvalidSettings(faults)
