"""A simulated history as tables for analysis: what the stack would have published, and how everything stands at the
end. Identifiers are those of the CRM, so that the tables join with its own; names and addresses of people are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.parquet import BUS_EVENTS, Row
from rekindle.adapters.wire.events import OWN_SOURCE
from rekindle.application.measures.count_measures import Measured
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.measures.metrics import CountedAs, went_dark
from rekindle.domain.measures.money import amount_of
from rekindle.domain.measures.points import models_of
from rekindle.domain.notifications.event import Event
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.opportunity import OPPORTUNITY, Opportunity
from rekindle.domain.responses.response import Response
from rekindle.runtime.simulation.measured import measured
from rekindle.runtime.simulation.simulator import Simulation


def bus_event(event: Event) -> Row:
    """An event as it comes over the bus."""
    detail = event.body()
    known = {name: detail.get(name) for name in BUS_EVENTS}
    at = times.text(event.occurred_at)
    return {"id": event.event_id, "source": OWN_SOURCE, "detail_type": event.detail_type, "time": at, "detail": known}


def decision(one: Decision) -> Row:
    return {
        "decision_id": one.decision_id,
        "person_id": one.person_id,
        "scenario": one.scenario.value,
        "outcome": one.outcome.value,
        "reason": one.reason,
        "response_id": one.response_id,
        "campaign_id": one.campaign_id,
        "cycle": one.cycle,
        "decided_at": one.as_of,
        "settings_version": one.settings_version,
    }


@dataclass(frozen=True)
class States:
    """How everything stands after a simulation whose journeys were kept."""

    simulation: Simulation

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """The rows of each table of states."""
        found = measured(self.simulation)
        yield "dim_person", self._people()
        yield "dim_campaign", (_campaign(one) for _, one in sorted(found.campaigns.items()))
        yield "fct_response", self._responses()
        yield "fct_opportunity", self._opportunities()
        yield "fct_cycle", (_cycle(one) for one in found.cycles)
        yield "fct_credit", self._credit(found)

    def _people(self) -> Iterator[Row]:
        memory = self.simulation.memory
        for person_id, person in sorted(memory.people.items()):
            score = memory.scores.get(person_id)
            yield _person(person, score.value if score is not None else None)

    def _responses(self) -> Iterator[Row]:
        counted_as = CountedAs.of(self.simulation.document)
        for person_id, responses in sorted(self.simulation.memory.responses.items()):
            for _, one in sorted(responses.items()):
                yield _response(person_id, one, is_positive=counted_as.is_positive(one))

    def _opportunities(self) -> Iterator[Row]:
        for _, versions in sorted(self.simulation.memory.reference[OPPORTUNITY.name].items()):
            if versions:
                yield _opportunity(versions[-1])

    def _credit(self, found: Measured) -> Iterator[Row]:
        models = models_of(self.simulation.document)
        for share in shares(found.deals, models):
            touch, deal = share.touchpoint, share.deal
            yield {
                "model": share.model,
                "opportunity_id": deal.opportunity_id,
                "campaign_id": touch.campaign_id if touch is not None else None,
                "response_id": touch.response_id if touch is not None else None,
                "won_at": deal.won_at,
                "points": float(share.points),
                "units": share.units,
                "amount": float(amount_of(share.units, deal.currency)),
                "currency": deal.currency,
            }


def _person(person: Person, score: float | None) -> Row:
    profile, way = person.profile, person.lifecycle
    return {
        "person_id": person.person_id,
        "kind": person.kind,
        "status": person.status,
        "score": score,
        "owner_id": person.owner_id,
        "account_id": profile.account_id if profile is not None else None,
        "record_type": person.record_type,
        "lifecycle_state": way.state.value if way is not None else None,
        "lifecycle_since_at": way.since if way is not None else None,
        "active_response_id": person.active.response_id if person.active is not None else None,
        "active_campaign_id": person.active.campaign_id if person.active is not None else None,
        "cycles": person.cycles,
        "recyclings": len(way.recyclings) if way is not None else 0,
        "nurture_until_at": person.nurture_until,
        "is_do_not_contact": bool(profile is not None and profile.do_not_contact),
        "is_deleted": person.deleted,
        "merged_into_id": person.merged_into,
    }


def _campaign(one: Campaign) -> Row:
    return {
        "campaign_id": one.campaign_id,
        "name": one.name,
        "type": one.type,
        "status": one.status,
        "is_active": one.is_active,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "cost": one.cost,
        "is_deleted": one.deleted,
    }


def _response(person_id: str, one: Response, *, is_positive: bool) -> Row:
    state, details = one.state, one.details
    return {
        "response_id": one.response_id,
        "person_id": person_id,
        "campaign_id": one.campaign_id,
        "is_responded": state.responded,
        "responded_at": state.responded_at,
        "received_at": state.received_at,
        "response_status": state.status,
        "member_status": details.member_status if details is not None else None,
        "channel": details.channel if details is not None else None,
        "response_type": details.response_type if details is not None else None,
        "is_positive": is_positive,
        "is_inserted": details is not None and details.inserted_by is not None,
        "is_dark": went_dark(one),
        "activated_at": state.activated_at,
        "reactivated_at": state.reactivated_at,
        "is_deleted": state.deleted,
    }


def _opportunity(one: Opportunity) -> Row:
    return {
        "opportunity_id": one.opportunity_id,
        "account_id": one.account_id,
        "stage": one.stage,
        "is_closed": one.is_closed,
        "is_won": one.is_won,
        "amount": one.amount,
        "currency": one.currency,
        "created_at": one.created_at,
        "closed_at": one.closed_at,
        "product": one.product,
        "response_id": one.response_id,
        "is_deleted": one.deleted,
    }


def _cycle(one: Cycle) -> Row:
    reached: Mapping[str, Any] = {f"{stage.value.lower()}_at": one.stages.get(stage) for stage in Stage}
    return {
        "decision_id": one.decision_id,
        "person_id": one.person_id,
        "cycle": one.cycle,
        "response_id": one.response_id,
        "campaign_id": one.campaign_id,
        "campaign_type": one.campaign_type,
        **reached,
        "first_owner_id": one.owner_id,
        "assigned_at": one.assigned_at,
        "worked_at": one.worked_at,
        "ended_reason": one.ended.value if one.ended is not None else None,
        "ended_at": one.ended_at,
        "opportunity_id": one.opportunity_id,
        "amount": one.amount,
        "currency": one.currency,
        "is_inserted": one.inserted,
    }
