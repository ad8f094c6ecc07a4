"""What campaigns had of the deals that were won in a period, by a model, as it was counted last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rekindle.application.ports.measures import StoredShares
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.core.times import months_of
from rekindle.domain.measures.shared_days import CountedShares, SharedBy, Sum, added_up


@dataclass(frozen=True)
class Attribution:
    model: str
    since: date
    until: date
    """Left out itself."""
    by: SharedBy


@dataclass(frozen=True)
class ShowAttribution:
    shares: StoredShares
    reference: Reference

    def __call__(self, asked: Attribution) -> tuple[CountedShares, Sequence[Sum]]:
        """Raises NotFound where nothing was counted yet, and InvalidField for a model that was not."""
        counted = self.shares.get(months_of(asked.since, asked.until))
        if counted is None:
            raise NotFound("nothing is counted yet")
        if asked.model not in counted.models:
            raise InvalidField(f"expected one of {', '.join(counted.models)}", "model")
        campaigns = {one.campaign_id for one in counted.days} if asked.by is SharedBy.TYPE else set()
        found = {name: self.reference.campaign(name) for name in campaigns if name}
        types = {name: campaign.type if campaign is not None else None for name, campaign in found.items()}
        return counted, added_up(counted.days, asked.model, asked.since, asked.until, asked.by, types)
