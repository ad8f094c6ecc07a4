"""Decisions, and the results of calls that make them."""

from typing import Annotated, Literal, NotRequired, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.adapters.wire.answers.problems import Fault
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import Scenario

Considered = TypedDict(
    "Considered",
    {
        "response_id": str,
        "campaign_id": str,
        "class": ResponseClass | None,
        "responded_at": Instant | None,
        "excluded": Annotated[
            Excluded | None, ("description", "Why it lost: of several reasons the first in this order.")
        ],
        "why": NotRequired[str],
    },
)


class Decision(TypedDict):
    record: Literal["decision"]
    decision_id: str
    person_id: str
    scenario: Scenario
    outcome: Outcome
    reason: Reason | None
    response_id: str | None
    campaign_id: str | None
    decided_at: Instant
    as_of: Instant
    trigger_id: str
    settings_version: int
    dry_run: bool
    considered: list[Annotated[Considered, ("description", "The winner, and only the winner, has null as excluded.")]]
    considered_total: int
    default_campaign_source: str | None
    score: float | None
    previous_score: float | None
    activated_at: Instant | None
    cycle: int | None
    status: str | None
    replaced_response_id: str | None
    explanation: str
    replay: NotRequired[
        Annotated[
            Literal["identical", "different"] | None,
            (
                "description",
                "Only of one decision: what came of making it again from what is stored; null where "
                "that is not all there.",
            ),
        ]
    ]
    next: NotRequired[
        Annotated[
            str | None,
            (
                "description",
                "Only of one decision: the person has more than 1,000 responses, and this leads to the next ones that "
                "were considered. `considered_total` is then the number of responses that the person has, and every "
                "page lists the winner.",
            ),
        ]
    ]
    batch_id: NotRequired[Annotated[str, ("description", "The backfill it was made in; absent on any other.")]]
    unmapped_status: NotRequired[
        Annotated[
            str,
            (
                "description",
                "The person's status, where the settings do not map it; absent where they do. It stays as it is.",
            ),
        ]
    ]
    passed_over: NotRequired[
        Annotated[
            list[str],
            (
                "description",
                "The default campaigns that were to get the credit and could not, since they are not "
                "known, deleted or inactive; absent where there is none.",
            ),
        ]
    ]


class ResultError(TypedDict):
    code: Literal[
        "INVALID_FIELD",
        "IN_FUTURE",
        "MALFORMED",
        "UNKNOWN_CAMPAIGN",
        "UNKNOWN_SOURCE_CODE",
        "TOO_LARGE",
        "CONFLICT",
        "UNAVAILABLE",
    ]
    message: str
    field: str | None
    errors: Annotated[list[Fault], ("description", "Every fault of the input, by its path.")]


class Result(TypedDict):
    is_success: bool
    decision: Decision | None
    error: ResultError | None


class Results(TypedDict):
    """One result for each input, in the inputs' order."""

    results: list[Result]
