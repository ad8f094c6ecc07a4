"""What records are called, for those that only their ids stand for."""

from collections.abc import Iterable, Mapping
from typing import Any

from rekindle.runtime.use_cases import UseCases


def campaign_names(use: UseCases, shown: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the campaigns that these records name, by their ids; of one without a name its id."""
    named = {str(one["campaign_id"]) for one in shown if one.get("campaign_id")}
    campaigns = {campaign_id: use.ports.reference.campaign(campaign_id) for campaign_id in sorted(named)}
    return {key: (found.name if found is not None else None) or key for key, found in campaigns.items()}
