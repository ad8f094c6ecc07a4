"""The section `lifecycle`: what it is refused for, by path, and what is only told."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from rekindle.adapters.wire.settings.document import faults
from rekindle.adapters.wire.settings.reading import parsed
from rekindle.adapters.wire.settings.warnings import warnings
from rekindle.domain.lifecycle.policies import lifecycle_of
from rekindle.domain.people.clock import ClockKind, Target
from rekindle.domain.settings.settings import Settings, path_of
from tests.support.builders import DOCUMENT, Rekindle, campaign_changed, user_changed

SECTION: dict[str, Any] = {
    "calendars": {
        "emea": {
            "time_zone": "Europe/Berlin",
            "hours": {"mon": ["09:00-12:30", "13:30-18:00"], "fri": ["09:00-24:00"], "sat": ["22:00-02:00"]},
            "holidays": [{"date": "2026-12-25", "name": "Christmas Day"}],
        }
    },
    "handoff": {
        "policies": [
            {
                "name": "hot",
                "where": {"score": {"at_least": 90}, "company": ["A", "B"]},
                "calendar": "emea",
                "accept": "PT2H",
                "touch": "PT15M",
                "move": {"business_days": 30},
                "pause_in": ["Working"],
                "warn_at": [0.5],
                "escalate": [{"at": 1, "notify": "u-manager"}, {"at": 2, "notify": "u-director"}],
                "breach": {"at": 3, "reassign_to": "q-second", "then": "recycle", "reason": "sla_expired"},
            },
            {"name": "others", "calendar": "emea", "accept": "PT8H"},
        ]
    },
    "recycle": {
        "reasons": {
            "no_budget": {"track": "budget", "nurture_timeout_days": 90, "score": "keep"},
            "sla_expired": {"track": "budget", "passive": True},
            "other": {"track": "budget", "note": "required"},
        },
        "cap": 3,
        "cap_days": 365,
    },
    "tracks": {
        "budget": {
            "campaign_id": "nurture-budget",
            "touches": [{"after": "P7D", "name": "guide"}, {"date": "2026-11-01", "name": "fair"}],
            "leave_on": ["response", "active", "opted_out", "won"],
        }
    },
    "customers": {
        "per": "product",
        "touches": [{"after": "P3D", "name": "welcome"}, {"after": "P20D", "name": "survey"}],
        "campaign_id": "customers",
        "suppress": ["opted_out", "open_case", "churned"],
    },
    "dormant_after_days": 90,
}
POLICY = ("handoff", "policies", 0)
ANY_KEY = ("calendars", "where", "score", "reasons", "tracks")


def document(section: Any) -> dict[str, Any]:
    return {**DOCUMENT, "lifecycle": section}


def changed(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    section = copy.deepcopy(SECTION)
    inner: Any = section
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return document(section)


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if at:
        yield at, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from places(inner, (*at, key))


def test_the_whole_section_is_right_and_read():
    assert faults(document(SECTION)) == []
    assert warnings(document(SECTION)) == []
    lifecycle = lifecycle_of(Settings.of(document(SECTION), 1))
    assert lifecycle is not None
    hot = lifecycle.policies[0]
    assert hot.targets == {
        ClockKind.ACCEPT: Target(7200),
        ClockKind.TOUCH: Target(900),
        ClockKind.MOVE: Target(30, in_days=True),
    }
    assert [(step.at, step.action) for step in hot.steps] == [
        (0.5, "warn"),
        (1, "escalate"),
        (2, "escalate"),
        (3, "breach"),
    ]
    assert (hot.reassign_to, hot.recycles, hot.reason) == ("q-second", True, "sla_expired")
    found = lifecycle.policy_for({"score": 90, "company": "B"})
    assert found is not None
    assert found.name == "hot"
    assert lifecycle_of(Settings.of(DOCUMENT, 1)) is None


@pytest.mark.parametrize(
    "stored", [{"handoff": ["x"]}, {"handoff": {"policies": [{}]}}, {"calendars": {"c": {}}}, ["x"]]
)
def test_a_section_that_was_stored_before_it_was_checked_follows_nobody(stored: Any):
    assert lifecycle_of(Settings.of(document(stored), 1)) is None


def test_a_day_is_read_as_yaml_writes_it():
    body = b"""
person_statuses: {Open: {active: true}}
lifecycle:
  calendars:
    emea: {time_zone: Europe/Berlin, hours: {fri: ["09:00-24:00"]}, holidays: [{date: 2026-12-25, name: Christmas}]}
"""
    read = parsed(body)
    assert faults(read) == []
    assert read["lifecycle"]["calendars"]["emea"]["holidays"] == [{"date": "2026-12-25", "name": "Christmas"}]


def test_a_value_of_another_kind_is_refused_at_its_place():
    wrong: list[tuple[str, Any]] = []
    for place, value in places(SECTION):
        for other in ("x y", True, [7], {"x": 1}):
            if "where" in place[:-1] or isinstance(value, str) or isinstance(other, type(value)):
                continue
            path = path_of(("lifecycle", *place))
            found = [at for at, _ in faults(changed(place, other))]
            if not any(at.startswith(path) for at in found):
                wrong.append((path, other))
    assert wrong == []


def test_an_unknown_key_is_refused_at_every_level():
    for place, value in places(SECTION):
        if isinstance(value, dict) and place[-1] not in ANY_KEY:
            name = (*place, "x-1")
            assert path_of(("lifecycle", *name)) in dict(faults(changed(name, True))), place


@pytest.mark.parametrize(
    ("place", "value", "path"),
    [
        (("calendars", "emea", "time_zone"), "Europe/Nowhere", "calendars.emea.time_zone"),
        (("calendars", "emea", "hours"), {}, "calendars.emea.hours"),
        (("calendars", "emea", "hours"), {"mon": []}, "calendars.emea.hours"),
        (("calendars", "emea", "hours", "mon", 0), "09:00-9:30", "calendars.emea.hours.mon[0]"),
        (("calendars", "emea", "hours", "mon", 0), "09:00-25:00", "calendars.emea.hours.mon[0]"),
        (("calendars", "emea", "hours", "mon", 0), "09:00-09:00", "calendars.emea.hours.mon[0]"),
        (("calendars", "emea", "hours", "mon", 0), "09:00-14:00", "calendars.emea.hours.mon[1]"),
        (("calendars", "emea", "hours", "sun"), ["18:00-10:00"], "calendars.emea.hours.mon[0]"),
        (("calendars", "emea", "hours", "sun"), ["01:00-03:00"], "calendars.emea.hours.sun[0]"),
        (("calendars", "emea", "holidays", 0, "date"), "2026-02-30", "calendars.emea.holidays[0].date"),
        ((*POLICY, "calendar"), "apac", "handoff.policies[0].calendar"),
        ((*POLICY, "accept"), "2h", "handoff.policies[0].accept"),
        ((*POLICY, "accept"), "P9999D", "handoff.policies[0].accept"),
        ((*POLICY, "accept"), {}, "handoff.policies[0].accept.business_days"),
        ((*POLICY, "accept"), {"business_days": -1}, "handoff.policies[0].accept.business_days"),
        ((*POLICY, "name"), "others", "handoff.policies[1].name"),
        ((*POLICY, "where"), {}, "handoff.policies[1]"),
        (("handoff", "policies", 1, "where"), {"score": {"at_least": 95}, "company": "B"}, "handoff.policies[1]"),
        ((*POLICY, "where", "score"), {"at_least": 9, "at_most": 8}, "handoff.policies[0].where.score.at_most"),
        ((*POLICY, "where", "score"), {"above": 9}, "handoff.policies[0].where.score.above"),
        ((*POLICY, "where", "score"), {"at_least": "9"}, "handoff.policies[0].where.score.at_least"),
        (("handoff", "policies", 1), {"name": "n", "calendar": "emea"}, "handoff.policies[1]"),
        ((*POLICY, "pause_in"), ["Nurture"], "handoff.policies[0].pause_in[0]"),
        ((*POLICY, "warn_at"), [0], "handoff.policies[0].warn_at[0]"),
        ((*POLICY, "breach", "reason"), "nothing", "handoff.policies[0].breach.reason"),
        ((*POLICY, "breach"), {"then": "recycle"}, "handoff.policies[0].breach.reason"),
        ((*POLICY, "breach"), {"reason": "sla_expired"}, "handoff.policies[0].breach.then"),
        ((*POLICY, "breach"), {"at": 3}, "recycle.reasons.sla_expired"),
        (("recycle", "reasons", "sla_expired", "note"), "required", "recycle.reasons.sla_expired.note"),
        (("recycle", "reasons", "no_budget", "nurture_timeout_days"), 5, "tracks.budget.touches[0].after"),
        (("tracks", "budget", "touches", 0), {"name": "guide"}, "tracks.budget.touches[0]"),
        (("tracks", "budget", "touches", 0, "date"), "2026-11-01", "tracks.budget.touches[0]"),
        (("tracks", "budget", "touches", 1, "name"), "guide", "tracks.budget.touches[1].name"),
        (("tracks", "budget", "touches", 1, "date"), "2026-02-30", "tracks.budget.touches[1].date"),
        (("customers", "touches", 0, "after"), "P9999D", "customers.touches[0].after"),
        (("dormant_after_days",), 0, "dormant_after_days"),
    ],
)
def test_what_cannot_work_is_refused_by_its_path(place: tuple[str | int, ...], value: Any, path: str):
    assert f"lifecycle.{path}" in dict(faults(changed(place, value)))


def test_a_track_that_is_not_there_is_told():
    document = changed(("recycle", "reasons", "other", "track"), "general")
    assert faults(document) == []
    assert [path for path, _ in warnings(document)] == ["lifecycle.recycle.reasons.other.track"]


def test_who_and_what_it_names_has_to_be_known():
    rekindle = Rekindle()
    rekindle.tell(campaign_changed("customers"), user_changed("u-manager"), user_changed("q-second", is_active=False))
    assert [path for path, _ in rekindle.use.change_settings.faults(document(SECTION))] == [
        "lifecycle.handoff.policies[0].escalate[1].notify",
        "lifecycle.handoff.policies[0].breach.reassign_to",
        "lifecycle.tracks.budget.campaign_id",
    ]
