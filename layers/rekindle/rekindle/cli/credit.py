"""Credit by campaign as a table."""

from collections import Counter
from collections.abc import Callable

from rekindle.domain.search import CampaignOf


def names_of(campaign_of: CampaignOf) -> Callable[[str], str]:
    """What a campaign is called in a table: its id, where it has no name."""

    def name(campaign_id: str) -> str:
        campaign = campaign_of(campaign_id)
        return (campaign.name if campaign else None) or campaign_id

    return name


def credit_table(credit: Counter[str], other: Counter[str] | None, name: Callable[[str], str]) -> str:
    """Most credit first; with other settings, theirs and the difference beside it."""
    campaigns = sorted({*credit, *(other or ())}, key=lambda c: (-credit[c], c))
    if not campaigns:
        return "No campaign got credit."
    width = max(len("campaign"), *(len(name(c)) for c in campaigns))
    heads = ["credit"] if other is None else ["credit", "against", "change"]
    rows = [f"{'campaign':<{width}}" + "".join(f"{head:>9}" for head in heads)]
    for campaign in [*campaigns, None]:
        mine = credit[campaign] if campaign else credit.total()
        cells = [f"{mine:>9,}"]
        if other is not None:
            theirs = other[campaign] if campaign else other.total()
            cells += [f"{theirs:>9,}", f"{theirs - mine:>+9,}"]
        rows.append(f"{name(campaign) if campaign else 'total':<{width}}" + "".join(cells))
    return "\n".join(rows)
