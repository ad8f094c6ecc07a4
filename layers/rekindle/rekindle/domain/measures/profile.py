"""What a person responds to: channels, themes, types and hours, from the responses of the person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.responses.response import Response

FACETS = ("channel", "theme", "response_type", "campaign_type", "hour", "weekday")
"""The hour is that of a day of 24, and the weekday that of ISO, Monday being 1, both of the settings' time zone."""

type Facet = str | int


@dataclass(frozen=True, slots=True)
class ResponseProfile:
    responses: int
    """From how many it is made."""
    facets: Mapping[str, tuple[tuple[Facet, int], ...]]
    """Of each facet its values with their responses, the most frequent first."""

    @property
    def preferred(self) -> Mapping[str, Facet]:
        """The most frequent value of each facet."""
        return {name: values[0][0] for name, values in self.facets.items() if values}


def profile_of(responses: Iterable[Response], campaigns: Mapping[str, Campaign], zone: tzinfo) -> ResponseProfile:
    """Of what the person responded to; responses that were deleted, and those that Rekindle inserted, left out."""
    counts: dict[str, Counter[Facet]] = {name: Counter() for name in FACETS}
    count = 0
    for one in responses:
        details = one.details
        if not one.state.responded or one.state.deleted or (details is not None and details.inserted_by is not None):
            continue
        count += 1
        campaign, at = campaigns.get(one.campaign_id), one.state.effective_at.astimezone(zone)
        plain: dict[str, Facet | None] = {
            "channel": details.channel if details is not None else None,
            "response_type": details.response_type if details is not None else None,
            "campaign_type": campaign.type if campaign is not None else None,
            "hour": at.hour,
            "weekday": at.isoweekday(),
        }
        for name, value in plain.items():
            if value is not None:
                counts[name][value] += 1
        counts["theme"].update(campaign.themes if campaign is not None else ())
    ordered = {name: tuple(sorted(found.items(), key=_most_frequent)) for name, found in counts.items()}
    return ResponseProfile(count, ordered)


def _most_frequent(entry: tuple[Facet, int]) -> tuple[int, str]:
    value, number = entry
    return -number, f"{value:02}" if isinstance(value, int) else value
