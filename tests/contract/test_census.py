"""Everything that is stored is counted alike on every technology: people once, merged ones as one, cycles and deals."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from rekindle.adapters.dynamodb import counted_months
from rekindle.application.measures.count_measures import Measured
from rekindle.application.measures.show_attribution import Attribution
from rekindle.application.measures.show_funnel import FunnelQuery
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.funnel import By, Funnel, FunnelBasis, funnel
from rekindle.domain.measures.metrics import CountedAs
from rekindle.domain.measures.shared_days import SharedBy
from rekindle.runtime.use_cases import UseCases
from tests.contract.stores import NOW, Stores, Tables
from tests.support.builders import (
    DOCUMENT,
    campaign_changed,
    opportunity_changed,
    people_merged,
    person_changed,
    person_erased,
    response_deleted,
    response_recorded,
)

PEOPLE = 12


def facts() -> Iterator[object]:
    yield campaign_changed("fair", type="Event", cost=100.0)
    yield campaign_changed("mail")
    yield campaign_changed("fair", 1, name="Trade fair")
    for number in range(PEOPLE):
        person_id = f"p{number:02}"
        yield person_changed(person_id, 1, status="New", score=70)
        yield response_recorded(f"r-{person_id}", person_id, "fair", 2 + number / 100, channel="web")
        yield response_recorded(f"m-{person_id}", person_id, "mail", 5, responded=False, member_status="Hard Bounce")
    yield opportunity_changed("o1", "p00", at=6, amount=99.99, currency="EUR")
    yield opportunity_changed("o1", "p00", at=9, is_closed=True, is_won=True)
    yield people_merged("p02", "p01", at=10)
    yield person_erased("p03", 11)
    yield response_deleted("r-p04", "p04", 12)


@pytest.fixture
def counted(stores: Stores) -> Measured:
    use = UseCases(stores)
    stores.versions.put(DOCUMENT, 0, NOW)
    for fact in facts():
        use.record_crm_changes(fact)
    return use.count_measures(CountedAs())


def test_everything_is_counted(counted: Measured) -> None:
    fair, mail = counted.metrics
    assert (fair.campaign_id, fair.cost, mail.campaign_id, mail.cost) == ("fair", 100.0, "mail", None)
    # One of two that were merged, and not the deleted response.
    assert (fair.counts.targeted, fair.counts.gross, fair.counts.unique) == (PEOPLE - 2, PEOPLE - 1, PEOPLE - 2)
    assert (mail.counts.targeted, mail.counts.hard_bounces, mail.counts.gross) == (PEOPLE - 1, PEOPLE - 1, 0)
    assert fair.counts.stages == {Stage.MQL: PEOPLE, Stage.SAL: 1, Stage.SQL: 1, Stage.WON: 1}
    assert fair.counts.won == {"EUR": 99_99}
    assert len(counted.cycles) == PEOPLE
    assert {cycle.campaign_type for cycle in counted.cycles} == {"Event"}


def test_a_deal_has_its_responses(counted: Measured) -> None:
    (deal,) = counted.deals
    assert (deal.opportunity_id, deal.units, deal.active_response_id) == ("o1", 99_99, "r-p00")
    assert [
        (touchpoint.response_id, touchpoint.campaign_type, touchpoint.channel) for touchpoint in deal.touchpoints
    ] == [("r-p00", "Event", "web")]


def test_of_a_campaign_the_newest_version_stands(counted: Measured) -> None:
    assert [(name, one.name, one.version) for name, one in sorted(counted.campaigns.items())] == [
        ("fair", "Trade fair", 2),
        ("mail", None, 1),
    ]


def test_all_pages_of_a_table_are_read(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB ends a page at a megabyte."""
    use = UseCases(tables)
    use.record_crm_changes(campaign_changed("fair"))
    note = {"fields": {f"note{number}": "x" * 1000 for number in range(40)}}
    for number in range(30):
        use.record_crm_changes(person_changed(f"p{number}", 1, **note))
        use.record_crm_changes(response_recorded(f"r{number}", f"p{number}", "fair", 2))
    (fair,) = use.count_measures(CountedAs()).metrics
    assert fair.counts.unique == 30


def test_what_was_counted_last_comes_back(stores: Stores) -> None:
    use = UseCases(stores)
    stores.versions.put(DOCUMENT, 0, NOW)
    for fact in facts():
        use.record_crm_changes(fact)
    with pytest.raises(NotFound, match="not counted yet"):
        use.show_metrics("fair")
    assert [before for _, before in use.count_campaigns.differing()] == [None, None]
    assert use.count_campaigns() == 2
    assert list(use.count_campaigns.differing()) == []
    fair = use.show_metrics("fair")
    assert (fair.name, fair.type, fair.counted_at, fair.settings_version) == ("Trade fair", "Event", NOW, 1)
    assert fair.metrics == use.count_measures(CountedAs()).metrics[0]
    with pytest.raises(NotFound, match="no such campaign"):
        use.show_metrics("nowhere")
    # What is counted is told anew with each change, and is no campaign itself.
    use.record_crm_changes(response_recorded("late", "p09", "mail", 20))
    assert [(now.metrics.campaign_id, now.metrics.counts.gross) for now, _ in use.count_campaigns.differing()] == [
        ("mail", 1)
    ]
    use.count_campaigns()
    assert use.show_metrics("mail").metrics.counts.unique == 1


def test_the_shares_of_any_period_come_back(stores: Stores) -> None:
    use = UseCases(stores)
    document = {**DOCUMENT, "attribution": {"models": {"even": {"preset": "linear"}}}, "time_zone": "Europe/Oslo"}
    stores.versions.put(document, 0, NOW)
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    with pytest.raises(NotFound, match="nothing is counted yet"):
        use.show_attribution(Attribution("even", january, february, SharedBy.CAMPAIGN))
    for fact in facts():
        use.record_crm_changes(fact)
    # In Oslo it is February already.
    won = {"is_closed": True, "is_won": True, "amount": 100.0, "currency": "EUR"}
    use.record_crm_changes(opportunity_changed("o2", "p05", "p06", at=30.97, **won))
    use.count_campaigns()

    def shared(model: str, since: date, until: date, by: SharedBy) -> list[tuple[str | None, str, int]]:
        _, sums = use.show_attribution(Attribution(model, since, until, by))
        return [tuple(one) for one in sums]

    assert shared("even", january, february, SharedBy.CAMPAIGN) == [("fair", "EUR", 99_99)]
    assert shared("even", january, date(2026, 3, 1), SharedBy.MONTH) == [
        ("2026-01", "EUR", 99_99),
        ("2026-02", "EUR", 100_00),
    ]
    assert shared("active_response", february, date(2026, 2, 2), SharedBy.TYPE) == [("Event", "EUR", 100_00)]
    assert shared("even", date(2026, 1, 11), february, SharedBy.TYPE) == []
    with pytest.raises(InvalidField, match="active_response, even"):
        shared("odd", january, february, SharedBy.CAMPAIGN)
    # A deal that is opened again is won no longer.
    use.record_crm_changes(opportunity_changed("o2", "p05", "p06", at=32, is_closed=False, is_won=False))
    use.count_campaigns()
    assert shared("even", january, date(2026, 3, 1), SharedBy.MONTH) == [("2026-01", "EUR", 99_99)]


def test_the_funnel_of_any_period_is_that_of_a_recount(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted_months, "_MOST", 400)  # Several items for a month.
    use = UseCases(stores)
    stores.versions.put({**DOCUMENT, "time_zone": "America/New_York"}, 0, NOW)
    zone = ZoneInfo("America/New_York")
    days = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    january, february, march = (datetime(day.year, day.month, 1, tzinfo=zone).astimezone(UTC) for day in days)

    def shown(by: By | None, basis: FunnelBasis, beside: date | None = None) -> Sequence[Funnel]:
        return use.show_funnel(FunnelQuery(days[0], days[1], by, basis, beside))[1]

    with pytest.raises(NotFound, match="nothing is counted yet"):
        shown(None, FunnelBasis.COHORT)
    for fact in facts():
        use.record_crm_changes(fact)
    # February everywhere but in New York.
    use.record_crm_changes(opportunity_changed("o2", "p05", at=31.1, amount=5.0))
    use.record_crm_changes(opportunity_changed("o2", "p05", at=33, is_closed=True, is_won=True))
    use.count_campaigns()
    everything = use.count_measures(CountedAs()).cycles
    for basis in FunnelBasis:
        for by in (None, *By):
            expected = [funnel(everything, january, february, by, zone, basis)]
            expected.append(funnel(everything, february, march, by, zone, basis))
            assert shown(by, basis, days[1]) == expected
    (cohort,) = shown(None, FunnelBasis.COHORT)
    assert cohort.total.volumes == {Stage.MQL: PEOPLE, Stage.SAL: 2, Stage.SQL: 2, Stage.WON: 2}
    _, later = shown(None, FunnelBasis.PERIOD, days[1])
    assert later.total.volumes == {Stage.MQL: 0, Stage.SAL: 0, Stage.SQL: 0, Stage.WON: 1}
    # What a month had more of once is not counted any longer.
    monkeypatch.setattr(counted_months, "_MOST", 350_000)
    use.count_campaigns()
    assert shown(None, FunnelBasis.COHORT) == [cohort]
