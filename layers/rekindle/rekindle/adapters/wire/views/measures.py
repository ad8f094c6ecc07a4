"""The funnel as the command line shows it."""

from datetime import timedelta

from rekindle.adapters.wire.views import Json
from rekindle.domain.core import times
from rekindle.domain.measures.funnel import Funnel, Group, Passage, Spread


def funnel_group(told: Funnel, group: Group, name: str | None) -> Json:
    return {
        "record": "funnel",
        "from": times.text(told.since),
        "to": times.text(told.until),
        "by": told.by.value if told.by else None,
        "key": group.key,
        "name": name,
        "volumes": {stage.value: volume for stage, volume in group.volumes.items()},
        "passages": [_passage(passage) for passage in group.passages],
        "system_delay_seconds": _spread(group.system_delay),
        "human_delay_seconds": _spread(group.human_delay),
    }


def _passage(passage: Passage) -> Json:
    took = passage.velocity
    return {
        "from": passage.start.value,
        "to": passage.end.value,
        "conversion": passage.conversion,
        "mean_days": took.mean / timedelta(days=1) if took else None,
        "median_days": took.median / timedelta(days=1) if took else None,
    }


def _spread(took: Spread | None) -> Json | None:
    if took is None:
        return None
    return {"count": took.count, "median": took.median.total_seconds(), "p90": took.ninety.total_seconds()}
