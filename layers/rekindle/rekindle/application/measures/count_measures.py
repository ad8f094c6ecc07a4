"""Count what campaigns and deals brought, from everything that is stored."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.ports.measures import Census
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.lifecycle.journey import Entry, Stage
from rekindle.domain.measures.attribution import Deal, Touchpoint, deal_of
from rekindle.domain.measures.cycles import Cycle, cycles
from rekindle.domain.measures.metrics import CampaignMetrics, CountedAs, metrics
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.opportunity import OPPORTUNITY, Opportunity
from rekindle.domain.responses.response import Response


@dataclass(frozen=True)
class Measured:
    cycles: Sequence[Cycle]
    campaigns: Mapping[str, Campaign]
    """As they stand, also those that were deleted."""
    metrics: Sequence[CampaignMetrics]
    """Of every campaign, by its id."""
    deals: Sequence[Deal]
    records: Sequence[Decision | Entry]
    """Of the ledger, those that measures look at."""


@dataclass(frozen=True)
class CountMeasures:
    census: Census

    def __call__(self, by: CountedAs) -> Measured:
        records = self.census.records(CAMPAIGN, OPPORTUNITY)
        versions: Mapping[str, Sequence[Campaign]] = records[CAMPAIGN.name]
        campaigns = {name: held[-1] for name, held in versions.items()}
        won = [held[-1] for held in records[OPPORTUNITY.name].values() if held[-1].is_won]
        journeys = list(self.census.journeys())
        counted = cycles(journeys, lambda name, at: _as_of(versions.get(name, ()), at))
        touchpoints = _Touchpoints(won, campaigns)
        by_campaign = metrics(
            (touchpoints.of(person, responses) for person, responses in self.census.people()),
            counted,
            campaigns,
            by,
        )
        return Measured(counted, campaigns, by_campaign, touchpoints.deals(won, counted), journeys)


def _as_of(versions: Sequence[Campaign], moment: datetime) -> Campaign | None:
    """The campaign as it was stored at an instant."""
    stored = [one for one in versions if one.changed_at is None or one.changed_at <= moment]
    return stored[-1] if stored else None


class _Touchpoints:
    """The responses of the people that won opportunities are about, noted while everybody is read."""

    def __init__(self, won: Sequence[Opportunity], campaigns: Mapping[str, Campaign]) -> None:
        self._campaigns = campaigns
        self._wanted: dict[str, list[str]] = defaultdict(list)
        for opportunity in won:
            for person_id in opportunity.person_ids:
                self._wanted[person_id].append(opportunity.opportunity_id)
        self._found: dict[str, dict[str, Touchpoint]] = defaultdict(dict)

    def of(self, person: Person, responses: Sequence[Response]) -> Sequence[Response]:
        """Note those of one person, under all ids that the person had. Answers the same responses."""
        for name in (person.person_id, *person.merged_ids):
            for opportunity_id in self._wanted.get(name, ()):
                self._found[opportunity_id] |= {
                    touchpoint.response_id: touchpoint for touchpoint in self._made(responses)
                }
        return responses

    def _made(self, responses: Sequence[Response]) -> Iterator[Touchpoint]:
        for response in responses:
            state = response.state
            if state.responded and not state.deleted:
                campaign = self._campaigns.get(response.campaign_id)
                yield Touchpoint(
                    response.response_id,
                    response.campaign_id,
                    campaign.type if campaign is not None else None,
                    response.details.channel if response.details is not None else None,
                    state.effective_at,
                    state.received_at,
                )

    def deals(self, won: Sequence[Opportunity], counted: Sequence[Cycle]) -> list[Deal]:
        # Where two engagements became one, the won one is the deal's.
        won_last = sorted(counted, key=lambda cycle: Stage.WON in cycle.stages)
        of_cycle = {cycle.opportunity_id: cycle for cycle in won_last if cycle.opportunity_id is not None}
        found = []
        for opportunity in won:
            touchpoints = self._found[opportunity.opportunity_id].values()
            deal = deal_of(opportunity, of_cycle.get(opportunity.opportunity_id), touchpoints)
            if deal is not None:
                found.append(deal)
        return found
