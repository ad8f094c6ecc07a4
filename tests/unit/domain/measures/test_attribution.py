"""Points by criteria, and the shares that they become."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.measures.attribution import Deal, Touchpoint, points_of, shares
from rekindle.domain.measures.points import ACTIVE_RESPONSE, PRESETS, Points, Recency, models_of
from tests.support.builders import day

WON = 60


def touchpoint(
    name: str, at: float, campaign: str | None = None, kind: str | None = None, channel: str | None = None
) -> Touchpoint:
    return Touchpoint(name, campaign or f"c-{name}", kind, channel, day(at), day(at))


def a_deal(*touchpoints: Touchpoint, active: str | None = None, units: int = 100_00, opened: float = 40) -> Deal:
    ordered = sorted(touchpoints, key=lambda one: (one.at, one.response_id))
    return Deal("o1", day(opened), day(WON), units, "EUR", ordered, active)


FIVE = [touchpoint("r1", 1), touchpoint("r2", 10), touchpoint("r3", 20), touchpoint("r4", 30), touchpoint("r5", 50)]


def shared(deal: Deal, points: Points) -> dict[str | None, int]:
    found = shares([deal], {"model": points})
    return {one.touchpoint.response_id if one.touchpoint else None: one.units for one in found}


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("active_response", {"r2": 100_00}),
        ("first", {"r1": 100_00}),
        ("last", {"r5": 100_00}),
        ("linear", {"r1": 20_00, "r2": 20_00, "r3": 20_00, "r4": 20_00, "r5": 20_00}),
        ("u_shaped", {"r1": 40_00, "r2": 6_67, "r3": 6_67, "r4": 6_66, "r5": 40_00}),
        ("w_shaped", {"r1": 30_00, "r2": 30_00, "r3": 5_00, "r4": 30_00, "r5": 5_00}),
        ("full_path", {"r1": 22_50, "r2": 22_50, "r3": 10_00, "r4": 22_50, "r5": 22_50}),
    ],
)
def test_the_presets(preset: str, expected: dict[str, int]):
    assert shared(a_deal(*FIVE, active="r2"), PRESETS[preset]) == expected


def test_time_decay_halves_the_points_with_each_half_life():
    deal = a_deal(touchpoint("r1", WON - 14), touchpoint("r2", WON - 7), touchpoint("r3", WON), units=700)
    assert shared(deal, PRESETS["time_decay"]) == {"r1": 100, "r2": 200, "r3": 400}


def test_one_response_has_all_of_every_position():
    assert shared(a_deal(touchpoint("r1", 1), active="r1"), PRESETS["full_path"]) == {"r1": 100_00}


def test_points_by_type_and_channel_add_up_with_the_others():
    deal = a_deal(
        touchpoint("r1", 1, kind="Webinar", channel="web"), touchpoint("r2", 2, kind="Email"), touchpoint("r3", 3)
    )
    points = Points(each=10, campaign_types={"Webinar": 20, "Email": -10}, channels={"web": 10})
    assert points_of(deal, points) == [40_000_000, 0, 10_000_000]
    assert shared(deal, points) == {"r1": 80_00, "r3": 20_00}


def test_a_response_with_fewer_than_no_points_has_no_share():
    deal = a_deal(touchpoint("r1", 1), touchpoint("r2", 2, kind="Email"))
    assert shared(deal, Points(each=10, campaign_types={"Email": -30})) == {"r1": 100_00, "r2": 0}


def test_what_no_response_has_points_for_belongs_to_no_campaign():
    assert shared(a_deal(), PRESETS["linear"]) == {None: 100_00}
    assert shared(a_deal(touchpoint("r1", 1)), PRESETS["active_response"]) == {None: 100_00}
    assert shared(a_deal(touchpoint("r1", 1)), Points(each=-1)) == {"r1": 0, None: 100_00}


def test_at_opportunity_is_the_last_response_that_was_there_when_it_was_opened():
    points = Points(at_opportunity=1)
    assert shared(a_deal(*FIVE, opened=20), points) == {"r3": 100_00}
    assert shared(a_deal(*FIVE, opened=0.5), points) == {None: 100_00}


def test_a_model_of_the_settings_may_begin_with_a_preset():
    document = {
        "attribution": {
            "models": {
                "slow": {"preset": "time_decay", "recency": {"half_life_days": 30}},
                "even": {"preset": "u_shaped", "others": 0},
                "own": {"first": 1, "channels": {"web": 2}},
            }
        }
    }
    assert models_of(document) == {
        ACTIVE_RESPONSE: PRESETS[ACTIVE_RESPONSE],
        "even": Points(first=40, last=40),
        "own": Points(first=1, channels={"web": 2}),
        "slow": Points(recency=Recency(30)),
    }
    assert list(models_of({})) == [ACTIVE_RESPONSE]


amounts = st.integers(-(10**10), 10**12)
numbers = st.integers(-50, 100) | st.floats(-50, 100, allow_nan=False)
models = st.builds(
    Points,
    first=numbers,
    last=numbers,
    tipping_point=numbers,
    at_opportunity=numbers,
    others=numbers,
    each=numbers,
    campaign_types=st.dictionaries(st.sampled_from(["Webinar", "Email"]), numbers),
    channels=st.dictionaries(st.sampled_from(["web", "phone"]), numbers),
    recency=st.none() | st.builds(Recency, st.floats(0.01, 3650), numbers),
)
touchpoints = st.lists(
    st.builds(
        lambda number, at, kind, channel: touchpoint(f"r{number}", at, f"c{number % 3}", kind, channel),
        st.integers(0, 8),
        st.integers(0, WON),
        st.sampled_from(["Webinar", "Email", None]),
        st.sampled_from(["web", "phone", None]),
    ),
    unique_by=lambda one: one.response_id,
)


@given(touchpoints, st.sampled_from(["r0", "r1", None]), amounts, st.integers(0, WON), models)
def test_shares_always_add_up_to_the_amount(
    found: list[Touchpoint], active: Any, units: int, opened: int, model: Points
):
    deal = a_deal(*found, active=active, units=units, opened=opened)
    given_shares = shares([deal], {**PRESETS, "own": model})
    sums: Counter[str] = Counter()
    for one in given_shares:
        sums[one.model] += one.units
        assert one.units == 0 or (one.units > 0) == (units > 0)
        assert one.points > 0 or one.units == 0 or one.touchpoint is None
    assert {name: sums[name] for name in (*PRESETS, "own")} == dict.fromkeys([*PRESETS, "own"], units)


@given(st.permutations(FIVE))
def test_the_order_in_which_responses_are_read_does_not_matter(found: list[Touchpoint]):
    assert shares([a_deal(*found)], PRESETS) == shares([a_deal(*FIVE)], PRESETS)


def test_deals_come_in_the_order_of_their_ends():
    late = Deal("o0", day(1), day(WON) + timedelta(days=1), 1, "EUR", (), None)
    assert [one.deal.opportunity_id for one in shares([late, a_deal()], {"m": Points()})] == ["o1", "o0"]
