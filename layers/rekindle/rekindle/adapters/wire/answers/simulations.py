"""What a simulation of the API answers."""

from typing import Annotated, NotRequired, TypedDict

from rekindle.adapters.wire.answers.decisions import Decision


class Difference(TypedDict):
    campaign_id: str
    name: str
    credit: int
    against: int
    change: int


class RefusedEvent(TypedDict):
    line: int
    code: str
    detail: str
    field: str | None


class Counts(TypedDict):
    events: int
    decisions: int
    refused: int
    applied: int
    older: int
    duplicate: int


class Simulation(TypedDict):
    decisions: Annotated[
        list[Decision],
        ("description", "In the order decided. Their settings_version is 1: a simulation knows one document."),
    ]
    credit: Annotated[
        dict[str, int], ("description", "By campaign, the responses that became active and were not replaced.")
    ]
    difference: NotRequired[
        Annotated[list[Difference], ("description", "There where other settings were asked for; most credit first.")]
    ]
    refused: Annotated[
        list[RefusedEvent],
        ("description", "What would have gone to the failure queue, by its place in the history, from 1."),
    ]
    passed_over: Annotated[
        dict[str, int],
        (
            "description",
            "By reason, the parts of events that change nothing; the rest of each event is applied.",
        ),
    ]
    unmapped_statuses: Annotated[
        dict[str, int],
        (
            "description",
            "The statuses that the settings do not map, by how often the history gives one to a person.",
        ),
    ]
    counts: Counts
