"""The metrics of campaigns as they were counted last, in memory."""

from dataclasses import dataclass

from rekindle.adapters.memory.state import Memory
from rekindle.domain.measures.metrics import CountedCampaign


@dataclass(frozen=True)
class MemoryCountedCampaigns:
    memory: Memory

    def get(self, campaign_id: str) -> CountedCampaign | None:
        return self.memory.counted_campaigns.get(campaign_id)

    def put(self, counted: CountedCampaign) -> None:
        self.memory.counted_campaigns[counted.metrics.campaign_id] = counted
