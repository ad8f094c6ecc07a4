"""Draw target lists, and send their people on as members of a campaign."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from rekindle.application.measures.show_targets import ShowTargets
from rekindle.application.ports import Clock
from rekindle.application.ports.measures import Census, DrawnLists
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Records, Reference
from rekindle.application.ports.webhooks import FactsQueue
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.core.digests import digest
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.policies import dark_after
from rekindle.domain.measures.targets import ListState, Surroundings, TargetList, barred, matches
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.opportunity import OPPORTUNITY, Opportunity
from rekindle.domain.settings.settings import Settings

SAMPLE = 10
_SENT = 100
"""Facts that are sent at a time."""


@dataclass(frozen=True, slots=True)
class FoundTargets:
    person_ids: Sequence[str]
    left_out: Mapping[str, int]
    """People who match, and may not be contacted, by the reason."""
    read: int
    at: datetime

    @property
    def sample(self) -> tuple[str, ...]:
        return tuple(self.person_ids[:: max(len(self.person_ids) // SAMPLE, 1)][:SAMPLE])


@dataclass(frozen=True)
class FindTargets:
    """Read everybody once, and find who is meant by a query."""

    census: Census
    settings: Callable[[], Settings]
    clock: Clock

    def __call__(self, query: TargetList) -> FoundTargets:
        around, left_out, found, read = self._around(), Counter[str](), list[str](), 0
        for person, responses in self.census.people(profiles=True):
            read += 1
            if matches(query, person, responses, around):
                reason = barred(person)
                if reason is None:
                    found.append(person.person_id)
                else:
                    left_out[reason] += 1
        return FoundTargets(sorted(found), dict(left_out), read, around.now)

    def _around(self) -> Surroundings:
        now, settings = self.clock(), self.settings()
        records = self.census.records(CAMPAIGN, ACCOUNT, OPPORTUNITY)
        newest = {
            kind: {name: versions[-1] for name, versions in found.items() if versions}
            for kind, found in records.items()
        }
        deals: dict[str, list[Opportunity]] = defaultdict(list)
        for opportunity in newest[OPPORTUNITY.name].values():
            for person_id in opportunity.person_ids:
                deals[person_id].append(opportunity)
        return Surroundings(
            now, settings.zone, settings.part(dark_after), newest[CAMPAIGN.name], newest[ACCOUNT.name], deals
        )


@dataclass(frozen=True)
class DrawTargets:
    show: ShowTargets
    lists: Records[TargetList]
    drawn: DrawnLists
    census: Census
    people: People
    reference: Reference
    facts: FactsQueue
    clock: Clock

    def draw(self, list_id: str) -> None:
        """Read everybody once, and keep who is meant. Nobody is changed."""
        query = self.show.shown(list_id)
        if query.state is ListState.DRAWN:
            return
        found = FindTargets(self.census, self.reference.settings, self.clock)(query)
        self.drawn.put(list_id, found.person_ids)
        drawn = replace(
            query,
            state=ListState.DRAWN,
            drawn_at=found.at,
            targets=len(found.person_ids),
            left_out=found.left_out,
            sample=found.sample,
            version=query.version + 1,
        )
        self.lists.put(drawn, query.version)

    def add(self, list_id: str, campaign_id: str) -> int:
        """Send the facts that make members of those who may still be contacted, and are none yet. Sent again, they are
        the same facts. Answers how many."""
        at, count = self.show.shown(list_id).targeted[campaign_id], 0
        for some in batched(self._targets(list_id, campaign_id), _SENT, strict=False):
            self.facts.send([_member(person_id, campaign_id, at) for person_id in some])
            count += len(some)
        return count

    def _targets(self, list_id: str, campaign_id: str) -> Iterator[str]:
        for person_id in self.drawn.get(list_id):
            person = self.people.get(person_id)
            if (
                person is not None
                and not person.deleted
                and person.merged_into is None
                and barred(person) is None
                and not self.people.repeats(person_id, campaign_id, 1)
            ):
                yield person_id


def _member(person_id: str, campaign_id: str, at: str) -> Mapping[str, Any]:
    response_id = f"rk-{digest('target', person_id, campaign_id)}"
    detail = {"response_id": response_id, "person_id": person_id, "campaign_id": campaign_id, "responded": False}
    return {"source": "rekindle.targets", "detail-type": "Response Recorded", "time": at, "detail": detail}
