"""Target lists: what they are drawn by, how many and who they are, and the campaigns that they go to."""

from dataclasses import dataclass
from typing import Any

from rekindle.application.ports import Clock, Page
from rekindle.application.ports.measures import Drawings
from rekindle.application.ports.records import Records, Reference
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict, InvalidField, NotDrawn, NotFound, UnknownCampaign
from rekindle.domain.core.values import replace
from rekindle.domain.measures.targets import ListState, TargetList


@dataclass(frozen=True)
class ShowTargets:
    lists: Records[TargetList]
    drawings: Drawings
    reference: Reference
    clock: Clock

    def create(self, query: TargetList) -> TargetList:
        """Begin to draw. The same query under the same id again is that list. Raises InvalidField."""
        try:
            self.lists.put(replace(query, created_at=self.clock(), version=1), 0)
        except Conflict:
            known = self.shown(query.list_id)
            if _query(known) != _query(query):
                raise InvalidField("there is another list under this identifier", "list_id") from None
            return known
        self.drawings.start(query.list_id)
        return self.shown(query.list_id)

    def shown(self, list_id: str) -> TargetList:
        """Raises NotFound."""
        found = self.lists.get(list_id)
        if found is None:
            raise NotFound(f"there is no target list {list_id!r}", "list_id")
        return found

    def listed(self, limit: int, start: str | None) -> Page[TargetList]:
        """Newest first. Raises InvalidField where `start` is not what an earlier page answered."""
        if start is not None and not start.isdecimal():
            raise InvalidField("it is not what an earlier page answered as next", "next")
        return self.lists.newest(limit, start)

    def target(self, list_id: str, campaign_id: str) -> TargetList:
        """Begin to make the people of a list members of a campaign who have not responded. Once. Raises NotFound,
        NotDrawn, UnknownCampaign."""
        found = self.shown(list_id)
        if found.state is not ListState.DRAWN:
            raise NotDrawn("the list is still being drawn", "list_id")
        campaign = self.reference.campaign(campaign_id)
        if campaign is None or campaign.deleted:
            raise UnknownCampaign(f"campaign {campaign_id!r} is not known", "campaign_id")
        if campaign_id not in found.targeted:
            at = times.text(self.clock())
            found = replace(found, targeted={**found.targeted, campaign_id: at}, version=found.version + 1)
            self.lists.put(found, found.version - 1)
        self.drawings.start(list_id, campaign_id)
        return found


def _query(one: TargetList) -> tuple[Any, ...]:
    return one.name, one.population, one.days, one.campaign_id, one.where
