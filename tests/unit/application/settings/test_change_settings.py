"""Settings: one document, validated as a whole, each accepted change a new immutable version."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from rekindle.adapters.memory import MemorySettings
from rekindle.domain.core.errors import InvalidSettings, NotFound, PreconditionFailed
from tests.support.builders import DOCUMENT, Rekindle, campaign_changed, campaign_deleted


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.tell(campaign_changed("web"), campaign_changed("idle", is_active=False), campaign_changed("gone"))
    rekindle.tell(campaign_deleted("gone", 1))
    return rekindle


def document(**reactivation: Any) -> dict[str, Any]:
    return {**DOCUMENT, "reactivation": reactivation}


def default(campaign: str) -> dict[str, Any]:
    return {"default_campaign": {"single": campaign}}


def test_a_new_document_is_the_next_version(rekindle: Rekindle):
    change = rekindle.use.change_settings
    assert [change(document(), None), change(document(score=default("web")), None)] == [1, 2]
    assert change.current() == (2, document(score=default("web")))
    assert change.version(1) == document()


def test_the_same_document_again_is_no_new_version(rekindle: Rekindle):
    change = rekindle.use.change_settings
    assert [change(document(), None), change(document(), None)] == [1, 1]


def test_a_version_that_does_not_exist_is_not_found(rekindle: Rekindle):
    with pytest.raises(NotFound):
        rekindle.use.change_settings.version(7)


def test_a_change_based_on_another_version_is_refused(rekindle: Rekindle):
    change = rekindle.use.change_settings
    change(document(), 0)
    with pytest.raises(PreconditionFailed):
        change(document(score=default("web")), 0)
    assert change(document(score=default("web")), 1) == 2


@pytest.mark.parametrize("expected", [None, 0])
def test_where_somebody_is_faster_only_who_expected_a_version_is_refused(rekindle: Rekindle, expected: int | None):
    mine, others = document(score=default("web")), document(invocable=default("web"))
    change = rekindle.use.change_settings

    faster = [{**others, "mode": mode} for mode in ("active", "passive", "hybrid")]

    class Raced(MemorySettings):
        """Others store a version just before ours, three times."""

        def put(self, document: Mapping[str, Any], read_version: int, at: datetime, *more: str | None) -> int:
            if faster:
                super().put(faster.pop(), read_version, at)
            return super().put(document, read_version, at, *more)

    raced = replace(change, versions=Raced(rekindle.memory))
    if expected is None:
        assert raced(mine, None) == 4
        assert change.current() == (4, mine)
        return
    with pytest.raises(PreconditionFailed):
        raced(mine, expected)
    assert change.current()[0] == 1


@pytest.mark.parametrize(
    ("campaign", "complaint"),
    [("unheard-of", "not known"), ("gone", "not known"), ("idle", "not active")],
)
def test_a_default_campaign_that_cannot_take_credit_is_refused_by_its_path(
    rekindle: Rekindle, campaign: str, complaint: str
):
    with pytest.raises(InvalidSettings) as refused:
        rekindle.use.change_settings(document(score=default(campaign)), None)
    ((path, message),) = refused.value.faults
    assert path == "reactivation.score.default_campaign.single"
    assert complaint in message
    assert rekindle.use.change_settings.current()[0] == 0


def test_every_fault_is_told(rekindle: Rekindle):
    by_role = {"by": "role", "map": {"SDR": "idle", "AE": "web"}, "otherwise": "gone"}
    faults = rekindle.use.change_settings.faults(
        document(score=default("none"), invocable={"default_campaign": by_role})
    )
    assert [path for path, _ in faults] == [
        "reactivation.score.default_campaign.single",
        "reactivation.invocable.default_campaign.map.SDR",
        "reactivation.invocable.default_campaign.otherwise",
    ]


def test_decisions_go_by_the_version_they_name(rekindle: Rekindle):
    change, reference = rekindle.use.change_settings, rekindle.use.ports.reference
    change({**document(), "qualification": {"threshold": 80}}, None)
    change({**document(), "qualification": {"threshold": 40}}, None)
    assert [reference.settings_at(n).threshold for n in (1, 2)] == [80, 40]
    assert reference.settings().version == 2
