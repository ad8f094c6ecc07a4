"""Decisions as the API and the command line show them."""

from collections.abc import Sequence

from rekindle.adapters.wire.views import Json
from rekindle.adapters.wire.views.problems import error, fault, faults_of
from rekindle.application.reactivation.answer_requests import Failure as FailedInput
from rekindle.application.reactivation.undo_backfill import Undone
from rekindle.domain.core import times
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.explanation import Explanation, why_excluded
from rekindle.domain.reactivation.search import Considered
from rekindle.domain.reactivation.single_change import Of, SingleChange, in_json
from rekindle.domain.reactivation.why_not import WhyNot
from rekindle.domain.settings.settings import Settings

LISTED = 50
"""How many responses a decision lists where it is not asked for alone."""


def decision(explanation: Explanation, settings: Settings | None = None, listed: int | None = None) -> Json:
    """A decision with what it considered. With `settings`, those it was made by, it also says why each loser lost, and
    whether it came out the same when it was made again."""
    decided = explanation.decision
    considered = explanation.considered
    shown: Json = {
        "record": "decision",
        "decision_id": decided.decision_id,
        "person_id": decided.person_id,
        "scenario": decided.scenario,
        "outcome": decided.outcome,
        "reason": decided.reason,
        "response_id": decided.response_id,
        "campaign_id": decided.campaign_id,
        "decided_at": times.text(decided.decided_at),
        "as_of": times.text(decided.as_of),
        "trigger_id": decided.trigger_id,
        "settings_version": decided.settings_version,
        "dry_run": decided.dry_run,
        "considered": [_considered(one, decided, settings) for one in considered[:listed]] if considered else [],
        "considered_total": explanation.total,
        "default_campaign_source": decided.default_campaign_source,
        "score": decided.score,
        "previous_score": decided.previous_score,
        "activated_at": times.optional_text(decided.activated_at),
        "cycle": decided.cycle,
        "status": decided.status,
        "replaced_response_id": decided.replaced_response_id,
        "explanation": explanation.sentence,
    }
    if decided.passed_over:
        shown["passed_over"] = list(decided.passed_over)
    if decided.unmapped_status is not None:
        shown["unmapped_status"] = decided.unmapped_status
    if decided.batch_id is not None:
        shown["batch_id"] = decided.batch_id
    if settings is not None:
        shown["replay"] = _REPLAY[explanation.same_again]
    return shown


def why_not(answer: WhyNot) -> Json:
    """By what another response would have got the credit: each of the ways suffices, the smallest first."""
    return {
        "response_id": answer.response_id,
        "sentence": answer.sentence,
        "ways": [[_change(one) for one in way] for way in answer.ways],
    }


def _change(change: SingleChange) -> Json:
    return {
        "kind": "setting" if change.is_setting else "request" if change.of is Of.REQUEST else "fact",
        "path": change.name,
        "before": in_json(change.before),
        "after": in_json(change.after),
    }


def undone(undoing: Undone, dry_run: bool) -> Json:
    """What became of one activation of a batch that is undone."""
    member = undoing.member
    return {
        "record": "undo",
        "batch_id": member.batch_id,
        "decision_id": member.decision_id,
        "person_id": member.person_id,
        "response_id": member.response_id,
        "campaign_id": member.campaign_id,
        "undone": undoing.left is None and not undoing.waits,
        "reason": "WAITS" if undoing.waits else undoing.left.value if undoing.left else None,
        "dry_run": dry_run,
    }


_REPLAY = {True: "identical", False: "different", None: None}


def results(name: str, answers: Sequence[Explanation | FailedInput | None]) -> Json:
    """The answers to a call's inputs, each in the form that a flow expects of an action. `name`: of the list of inputs,
    for the paths of faults; empty where the body is the one input."""
    return {"results": [_result(f"{name}[{index}]" if name else "", one) for index, one in enumerate(answers)]}


def _result(path: str, answered: Explanation | FailedInput | None) -> Json:
    if answered is None:
        return {"is_success": True, "decision": None, "error": None}
    if isinstance(answered, Explanation):
        return {"is_success": True, "decision": decision(answered, listed=LISTED), "error": None}
    problem = error(answered)
    field = _path(path, problem["field"]) or None
    errors = [fault(_path(path, at), message) for at, message in faults_of(answered)]
    return {"is_success": False, "decision": None, "error": {**problem, "field": field, "errors": errors}}


def _path(of_input: str, field: str | None) -> str:
    """As the caller wrote it: what is refused as a fact is named as in an event."""
    return ".".join(filter(None, (of_input, (field or "").removeprefix("detail."))))


def _considered(one: Considered, decided: Decision, settings: Settings | None) -> Json:
    shown: Json = {
        "response_id": one.response_id,
        "campaign_id": one.campaign_id,
        "class": one.response_class,
        "responded_at": times.optional_text(one.responded_at),
        "excluded": one.excluded,
    }
    if settings is not None and one.excluded is not None:
        shown["why"] = why_excluded(one.excluded, decided, settings)
    return shown
