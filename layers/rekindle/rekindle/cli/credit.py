"""Credit by campaign as a table."""

from collections import Counter
from collections.abc import Callable

from rekindle.domain.credit import CampaignCredit, by_campaign


def credit_table(credit: Counter[str], other: Counter[str] | None, name: Callable[[str], str]) -> str:
    """Most credit first; with other settings, theirs and the difference beside it."""
    rows = by_campaign(credit, other)
    if not rows:
        return "No campaign got credit."
    total = CampaignCredit("", credit.total(), None if other is None else other.total())
    named = [*((name(row.campaign_id), row) for row in rows), ("total", total)]
    width = max(len("campaign"), *(len(label) for label, _ in named))
    heads = ["credit"] if other is None else ["credit", "against", "change"]
    lines = [f"{'campaign':<{width}}" + "".join(f"{head:>9}" for head in heads)]
    for label, row in named:
        cells = [f"{row.credit:>9,}"]
        if row.against is not None:
            cells += [f"{row.against:>9,}", f"{row.change:>+9,}"]
        lines.append(f"{label:<{width}}" + "".join(cells))
    return "\n".join(lines)
