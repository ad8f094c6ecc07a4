"""Models of attribution: the points that a model gives to the responses before a deal, by criteria that add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACTIVE_RESPONSE = "active_response"
"""The model that is always there: the active response has all of the credit."""
DEFAULT_RECENCY_POINTS = 100


@dataclass(frozen=True, slots=True)
class Recency:
    """Points that halve with each so many days between the response and the end of the deal."""

    half_life_days: float
    points: float = DEFAULT_RECENCY_POINTS


@dataclass(frozen=True, slots=True)
class Points:
    """Each criterion gives its points to the responses that meet it. Points may be negative."""

    first: float = 0
    last: float = 0
    tipping_point: float = 0
    """The active response: the one with which the engagement began that the deal belongs to."""
    at_opportunity: float = 0
    """The last response when the opportunity was opened."""
    others: float = 0
    """In equal parts to the responses that no criterion above has points for."""
    each: float = 0
    campaign_types: Mapping[str, float] = field(default_factory=dict)
    channels: Mapping[str, float] = field(default_factory=dict)
    recency: Recency | None = None


PRESETS: Mapping[str, Points] = {
    ACTIVE_RESPONSE: Points(tipping_point=100),
    "first": Points(first=100),
    "last": Points(last=100),
    "linear": Points(each=100),
    "u_shaped": Points(first=40, last=40, others=20),
    "w_shaped": Points(first=30, tipping_point=30, at_opportunity=30, others=10),
    "full_path": Points(first=22.5, tipping_point=22.5, at_opportunity=22.5, last=22.5, others=10),
    "time_decay": Points(recency=Recency(half_life_days=7)),
}


def models_of(document: Mapping[str, Any]) -> Mapping[str, Points]:
    """The models of a settings document by name: the active response first, then those that it names, in their
    alphabet."""
    models = (document.get("attribution") or {}).get("models") or {}
    return {ACTIVE_RESPONSE: PRESETS[ACTIVE_RESPONSE], **{name: _points(models[name]) for name in sorted(models)}}


def _points(section: Mapping[str, Any]) -> Points:
    """A preset's points, with those that the section says in their place."""
    values = {name: value for name, value in section.items() if value is not None}
    preset = values.pop("preset", None)
    if "recency" in values:
        values["recency"] = Recency(**values["recency"])
    if preset is None:
        return Points(**values)
    base = PRESETS[preset]
    return Points(**{name: values.get(name, getattr(base, name)) for name in Points.__dataclass_fields__})
