"""The metrics of campaigns as they were counted last, in DynamoDB: an item of the reference data for each campaign."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ReferenceItem
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.metrics import CampaignMetrics, CountedCampaign, Counts

_NUMBERS = ("targeted", "hard_bounces", "gross", "unique", "positive", "went_dark")
_LAST = 1
"""The version under which it stands: there is no other."""


class DynamoDBCountedCampaigns:
    def get(self, campaign_id: str) -> CountedCampaign | None:
        with our_errors():
            # As every function reads reference data: by a query.
            items = ReferenceItem.query(_key(campaign_id), limit=1, consistent_read=True)
            item = next(iter(items), None)
        return _counted(campaign_id, item) if item is not None else None

    def put(self, counted: CountedCampaign) -> None:
        metrics = counted.metrics
        body = {
            "name": counted.name,
            "type": counted.type,
            "settings_version": counted.settings_version,
            "cost": metrics.cost,
            "goals": dict(metrics.goals),
            "counts": _stored(metrics.counts),
            "inserted": _stored(metrics.inserted),
        }
        item = ReferenceItem(_key(metrics.campaign_id), _LAST, changed_at=times.text(counted.counted_at), body=body)
        with our_errors():
            item.save()


def _key(campaign_id: str) -> str:
    return f"metrics#{campaign_id}"


def _stored(counts: Counts) -> dict[str, Any]:
    return {
        **{name: getattr(counts, name) for name in _NUMBERS},
        "stages": {stage.value: number for stage, number in counts.stages.items()},
        "people": {stage.value: number for stage, number in counts.people.items()},
        "won": [[currency, units] for currency, units in counts.won.items()],
    }


def _counts(stored: Mapping[str, Any]) -> Counts:
    return Counts(
        **{name: stored.get(name, 0) for name in _NUMBERS},
        stages=Counter({Stage(name): number for name, number in stored["stages"].items()}),
        people=Counter({Stage(name): number for name, number in stored["people"].items()}),
        won=Counter({currency: units for currency, units in stored["won"]}),
    )


def _counted(campaign_id: str, item: ReferenceItem) -> CountedCampaign:
    body = item.body
    counts, inserted = _counts(body["counts"]), _counts(body["inserted"])
    metrics = CampaignMetrics(campaign_id, counts, inserted, body["cost"], body.get("goals", {}))
    return CountedCampaign(
        metrics, body["name"], body["type"], times.instant(item.changed_at), body["settings_version"]
    )
