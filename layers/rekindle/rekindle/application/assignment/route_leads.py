"""Answer a wait for an owner as an engine would: match the lead to an account, and find who gets it."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.application.assignment.match_account import MatchAccount
from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import current_person, until_committed
from rekindle.application.ports import Clock
from rekindle.application.ports.assignment import Pools, Routings
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.matching import Match
from rekindle.domain.assignment.quota import QuotaClaim
from rekindle.domain.assignment.round_robin import next_member
from rekindle.domain.assignment.router import Pool, RoutingStep, router_of
from rekindle.domain.assignment.routing_result import By, Passed, Routing, Unrouted
from rekindle.domain.assignment.transitions import confirm_owner, matches_rule
from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import AssignmentReason
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.reactivation.change import Change


@dataclass(frozen=True)
class RouteLeads:
    """Costs one read of the person, the look-up of the account where a step asks for one (two requests for most), one
    turn of the pool, one read of what the member has of its quota, if it has one, and the transaction that completes
    the assignment, however many members the pool has.

    The transaction counts the claim on the quota, so a claim is neither lost nor counted twice. A turn is drawn before
    it. If the transaction is not made, the turn is lost, and the next try draws another: at most one turn for each
    delivery of the message, and one for each member whose quota is reached.
    """

    people: People
    reference: Reference
    pools: Pools
    routings: Routings
    match: MatchAccount
    clock: Clock

    def __call__(self, person_id: str, assignment_id: str) -> Routing | None:
        """The routing; None where nobody is waited for any more."""
        routing: Routing | None = None

        def attempt() -> Routing | None:
            nonlocal routing
            person = current_person(self.people, person_id)
            assignment = person.assignment if person is not None else None
            if (
                person is None
                or assignment is None
                or not assignment.waits
                or assignment.assignment_id != assignment_id
            ):
                return None
            claim = self._claim(routing) if routing is not None else None
            if routing is None or (claim is not None and self._is_reached(claim)):
                routing = self._find(person, assignment_id)
            self.people.commit(self._change(person, routing))
            again_at, deadline = routing.again_at, assignment.deadline
            if again_at is not None and (deadline is None or again_at < deadline):
                self.routings.again(person.person_id, assignment_id, again_at)
            return routing

        return until_committed(attempt)

    def _change(self, person: Person, routing: Routing) -> Change:
        after = replace(person, version=person.version + 1)
        if routing.owner_id is None:
            return Change(after, person.version, entries=(routing,))
        settings, owners = self.reference.settings(), owners_of(self.reference)
        done, steps = confirm_owner(after, routing.owner_id, routing.at, settings, owners, AssignmentReason.ROUTED)
        return Change(done, person.version, entries=(routing, *steps), quota_claim=self._claim(routing))

    def _claim(self, routing: Routing) -> QuotaClaim | None:
        """None where the owner has no quota."""
        pool = router_of(self.reference.settings()).pools.get(routing.pool or "")
        if routing.by is not By.POOL or pool is None:
            return None
        quotas = (member.quota for member in pool.members if member.user == routing.owner_id)
        quota = next(quotas, None)
        return None if quota is None else QuotaClaim(pool.name, routing.owner_id or "", pool.day(routing.at), quota)

    def _is_reached(self, claim: QuotaClaim) -> bool:
        return self.pools.claimed(claim.pool, claim.user_id, claim.day) >= claim.quota

    def _find(self, person: Person, assignment_id: str) -> Routing:
        settings, now = self.reference.settings(), self.clock()
        router = router_of(settings)
        match = self.match(person) if router.looks_at_accounts else None
        routing = Routing(
            person.person_id,
            assignment_id,
            now,
            settings.version,
            account_id=match.account_id if match else None,
            matched_by=match.rule if match else None,
            unmatched=match.unmatched if match else None,
            suggested=tuple(s.account_id for s in match.suggestions) if match else (),
            reason=Unrouted.NO_STEP,
        )
        fields = known_fields(person)
        for place, step in enumerate(router.steps):
            if not matches_rule(person, fields, step.where):
                continue
            routing = replace(routing, reason=Unrouted.NOBODY_AVAILABLE)
            if step.to is By.POOL:
                routing = self._from_pool(router.pools[step.pool or ""], routing, now)
            else:
                routing = self._from_account(step, match, routing, now)
            if routing.owner_id is not None:
                convert = router.convert and person.kind == "lead" and routing.account_id is not None
                status = person.status if convert else None
                routed = replace(routing, place=place, by=step.to, reason=None, again_at=None)
                return replace(routed, convert=convert, status=status)
        return routing

    def _from_account(self, step: RoutingStep, match: Match | None, routing: Routing, now: datetime) -> Routing:
        account = self.reference.account(match.account_id) if match is not None and match.account_id else None
        if account is None:
            return routing
        owner_id = account.owner_id if step.to is By.ACCOUNT_OWNER else account.team.get(step.role or "")
        if owner_id is None:
            return routing
        pool = Pool("", ())
        reason = self._unavailable(pool, owner_id, now)
        if reason is not None:
            free = pool.free_again(self.reference.user(owner_id), now, reason)
            return replace(
                routing, passed={**routing.passed, owner_id: reason}, again_at=_earliest(routing.again_at, free)
            )
        return replace(routing, owner_id=owner_id)

    def _from_pool(self, pool: Pool, routing: Routing, now: datetime) -> Routing:
        passed: dict[str, Passed] = {}
        left: dict[str, int] = {}
        for member in pool.members:
            reason = self._unavailable(pool, member.user, now)
            if reason is None:
                left[member.user] = member.capacity
            else:
                passed[member.user] = reason
        while left:
            capacities = tuple(left.items())
            turn = self.pools.turn(pool.name, capacities, routing.assignment_id)
            owner_id = next_member(capacities, turn)
            routed = replace(routing, owner_id=owner_id, by=By.POOL, pool=pool.name, turn=turn)
            claim = self._claim(routed)
            if claim is None or not self._is_reached(claim):
                return replace(routed, passed={**routing.passed, **passed})
            passed[owner_id] = Passed.QUOTA_REACHED
            del left[owner_id]
        free = (pool.free_again(self.reference.user(user_id), now, reason) for user_id, reason in passed.items())
        again = _earliest(routing.again_at, *free)
        return replace(routing, pool=pool.name, passed={**routing.passed, **passed}, again_at=again)

    def _unavailable(self, pool: Pool, user_id: str, now: datetime) -> Passed | None:
        """Why somebody gets no lead now."""
        if user_id in self.reference.settings().temporary_owners:
            return Passed.TEMPORARY_OWNER
        return pool.passed(self.reference.user(user_id), now)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
