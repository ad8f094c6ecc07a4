"""Credit by campaign, and what other settings would make of it."""

from collections import Counter

from rekindle.domain.measures.credit import by_campaign


def test_the_most_credit_comes_first_and_then_the_id():
    rows = by_campaign(Counter(fair=2, web=5, ads=2), None)
    assert [(row.campaign_id, row.credit, row.against) for row in rows] == [
        ("web", 5, None),
        ("ads", 2, None),
        ("fair", 2, None),
    ]


def test_a_change_is_what_the_other_settings_bring():
    rows = by_campaign(Counter(fair=2, web=5), Counter(web=6, ads=1))
    assert [(row.campaign_id, row.credit, row.against, row.change) for row in rows] == [
        ("web", 5, 6, 1),
        ("fair", 2, 0, -2),
        ("ads", 0, 1, 1),
    ]


def test_a_campaign_that_lost_its_credit_to_another_is_not_listed():
    given = Counter(web=1, fair=1)
    given["web"] -= 1
    assert [row.campaign_id for row in by_campaign(given, None)] == ["fair"]
    assert [row.campaign_id for row in by_campaign(given, Counter(web=0))] == ["fair"]
    assert [row.campaign_id for row in by_campaign(given, Counter(web=2))] == ["fair", "web"]
