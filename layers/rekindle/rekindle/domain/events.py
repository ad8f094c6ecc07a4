"""Events out: what other systems hear. Their ids are made from what they tell, so a second delivery has the same id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain import times
from rekindle.domain.decision import Decision, digest
from rekindle.domain.journey import Deactivated, Ended, Entry, Stage, StageReached
from rekindle.domain.values import replace

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """`detail_type` and `detail` as the contract names them (section 2)."""

    event_id: str
    detail_type: str
    person_id: str
    occurred_at: datetime
    settings_version: int
    detail: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        return {
            "event_id": self.event_id,
            "occurred_at": times.text(self.occurred_at),
            "person_id": self.person_id,
            "settings_version": self.settings_version,
            "schema_version": SCHEMA_VERSION,
            **self.detail,
        }


def told_by(record: Decision | Entry) -> tuple[Event, ...]:
    """The events that a stored record gives rise to, in the order they are to be understood."""
    if isinstance(record, Decision):
        return _of_decision(record) if record.activates and not record.dry_run else ()
    if isinstance(record, StageReached):
        return (_stage(record),)
    return (_deactivated(record),)


def _of_decision(decision: Decision) -> tuple[Event, ...]:
    at = decision.activated_at or decision.as_of
    response_id, campaign_id = decision.response_id or "", decision.campaign_id or ""
    cycle = decision.cycle or 0
    activated = Event(
        f"{decision.decision_id}-activated",
        "Response Activated",
        decision.person_id,
        at,
        decision.settings_version,
        {
            "scenario": decision.scenario.value,
            "outcome": decision.outcome.value,
            "response_id": response_id,
            "campaign_id": campaign_id,
            "decision_id": decision.decision_id,
            "cycle": cycle,
            "score": decision.score,
            "status": decision.status,
            **({"batch_id": decision.batch_id} if decision.batch_id is not None else {}),
        },
    )
    if decision.replaced_response_id is not None:
        ended = Deactivated(
            decision.person_id,
            decision.replaced_response_id,
            decision.replaced_campaign_id or "",
            cycle,
            Ended.REPLACED,
            at,
            decision.settings_version,
        )
        return _deactivated(ended), activated
    qualified = StageReached(
        decision.person_id, response_id, campaign_id, cycle, Stage.MQL, at, decision.settings_version
    )
    stage = _stage(qualified)
    if decision.batch_id is not None:
        # After an undo, a later batch may open the same cycle again: that is another event.
        stage = replace(stage, event_id=f"{decision.decision_id}-mql")
    return activated, stage


def _stage(entry: StageReached) -> Event:
    return Event(
        entry_id(entry),
        "Stage Reached",
        entry.person_id,
        entry.at,
        entry.settings_version,
        {
            "stage": entry.stage.value,
            "reached_at": times.text(entry.at),
            "response_id": entry.response_id,
            "campaign_id": entry.campaign_id,
            "cycle": entry.cycle,
        },
    )


def _deactivated(entry: Deactivated) -> Event:
    return Event(
        entry_id(entry),
        "Response Deactivated",
        entry.person_id,
        entry.at,
        entry.settings_version,
        {
            "reason": entry.reason.value,
            "response_id": entry.response_id,
            "campaign_id": entry.campaign_id,
            "cycle": entry.cycle,
        },
    )


def entry_id(entry: Entry) -> str:
    """Names an entry of a journey: person, instant (so that ids sort by time), then what happened."""
    what = entry.stage if isinstance(entry, StageReached) else entry.reason
    kind = "stage" if isinstance(entry, StageReached) else "deactivated"
    named = digest(kind, what, entry.response_id, str(entry.cycle))
    return f"{digest(entry.person_id)}-{times.millis(entry.at):015d}-{named}"
