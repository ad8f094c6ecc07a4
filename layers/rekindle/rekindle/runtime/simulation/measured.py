"""What a simulated history says of campaigns and deals, once it was played with its journeys kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rekindle.adapters.memory import Memory
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.attribution import Deal, Touch, deal_of
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.measures.metrics import CampaignMetrics, CountedAs, metrics
from rekindle.domain.records.opportunity import OPPORTUNITY, Opportunity
from rekindle.runtime.simulation.simulator import Simulation


def campaign_metrics(simulation: Simulation, cycles: Iterable[Cycle]) -> list[CampaignMetrics]:
    memory = simulation.memory
    costs = {name: campaign.cost for name, campaign in campaigns_of(memory).items()}
    people = (responses.values() for responses in memory.responses.values())
    return metrics(people, cycles, costs, CountedAs.of(simulation.document))


def campaigns_of(memory: Memory) -> Mapping[str, Campaign]:
    """The campaigns as they stand, also those that were deleted."""
    return {name: versions[-1] for name, versions in memory.reference[CAMPAIGN.name].items() if versions}


def deals(simulation: Simulation, cycles: Sequence[Cycle]) -> list[Deal]:
    """The won opportunities, with the responses that came before."""
    memory = simulation.memory
    campaigns = campaigns_of(memory)
    # Where two engagements became one, the won one is the deal's.
    won_last = sorted(cycles, key=lambda cycle: Stage.WON in cycle.stages)
    of_cycle = {cycle.opportunity_id: cycle for cycle in won_last if cycle.opportunity_id is not None}
    found = []
    for versions in memory.reference[OPPORTUNITY.name].values():
        opportunity: Opportunity = versions[-1]
        if not opportunity.is_won:
            continue
        touches = _touches(memory, opportunity.person_ids, campaigns)
        deal = deal_of(opportunity, of_cycle.get(opportunity.opportunity_id), touches)
        if deal is not None:
            found.append(deal)
    return found


def _touches(memory: Memory, person_ids: Iterable[str], campaigns: Mapping[str, Campaign]) -> Iterator[Touch]:
    """What those people responded to, as whoever they became."""
    for person_id in dict.fromkeys(now_known_as(memory, person_id) for person_id in person_ids):
        for response in memory.responses.get(person_id, {}).values():
            state = response.state
            if state.responded and not state.deleted:
                campaign = campaigns.get(response.campaign_id)
                yield Touch(
                    response.response_id,
                    response.campaign_id,
                    campaign.type if campaign is not None else None,
                    response.details.channel if response.details is not None else None,
                    state.effective_at,
                    state.received_at,
                )


def now_known_as(memory: Memory, person_id: str) -> str:
    """Who somebody became by merges and conversions."""
    while (person := memory.people.get(person_id)) is not None and person.merged_into is not None:
        person_id = person.merged_into
    return person_id
