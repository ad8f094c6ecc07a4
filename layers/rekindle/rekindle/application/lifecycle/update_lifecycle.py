"""What a change of a person means for its lifecycle, committed with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.dark import awaited
from rekindle.domain.lifecycle.draft import DeadlineFirst
from rekindle.domain.lifecycle.due import with_due_at
from rekindle.domain.lifecycle.entries import Entered, Transition, WentDark
from rekindle.domain.lifecycle.journey import Deactivated
from rekindle.domain.lifecycle.policies import RESET
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.lifecycle.update import update_lifecycle
from rekindle.domain.people.lifecycle import State
from rekindle.domain.people.score import apply_score_change
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.stamps import NEWER, ChangeStamp
from rekindle.domain.responses.response import NOT_A_RESPONSE, Details, Response, ResponseState
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True)
class UpdateLifecycle:
    """Raises Conflict where a deadline came first: then that was settled, and the person is to be read again."""

    rules: LifecycleRules
    people: People
    reference: Reference
    process_due_actions: Callable[[str, datetime], object]
    """Does what a person's clocks were to do up to an instant."""

    def __call__(self, change: Change) -> Change:
        person = change.person
        rules = self.rules(person)
        if rules is None:
            return change
        begins = change.decision is not None and change.decision.activates
        ends = [entry for entry in change.entries if isinstance(entry, Deactivated)]
        dark = [entry for entry in change.entries if isinstance(entry, WentDark)]
        try:
            person, entries = update_lifecycle(
                *(person, ends, rules),
                begins=begins,
                responses=change.responses,
                arriving=change.arriving(),
                dark=dark,
                member_of=self._track_of_member(change, rules),
            )
        except DeadlineFirst as first:
            self.process_due_actions(person.person_id, first.until)
            raise Conflict("a deadline passed before, and is settled now") from first
        if person is change.person and not dark:
            return change
        after = replace(change, person=person, entries=(*change.entries, *entries))
        for entry in entries:
            if isinstance(entry, Transition) and entry.after is State.RECYCLED:
                after = self._with_score(after, entry, rules)
            if isinstance(entry, Entered) and entry.campaign_id is not None:
                after = self._as_target(after, entry.at, entry.campaign_id, rules.settings)
        for gone in dark:
            if gone.refinement_campaign_id is not None:
                after = self._refined(after, gone, gone.refinement_campaign_id, rules)
        return after

    def _refined(self, change: Change, entry: WentDark, campaign_id: str, rules: Rules) -> Change:
        """With the person as a target of the refinement campaign, whose response is awaited in its turn."""
        after = self._as_target(change, entry.at, campaign_id, rules.settings)
        lifecycle = after.person.lifecycle
        if after is change or lifecycle is None:
            return change
        lifecycle = replace(lifecycle, awaited=(*lifecycle.awaited, awaited(after.responses[-1])))
        return replace(after, person=with_due_at(replace(after.person, lifecycle=lifecycle), rules))

    def _with_score(self, change: Change, entry: Transition, rules: Rules) -> Change:
        """With a score of zero, where the reason of the recycling says so."""
        reason = rules.lifecycle.reasons.get(entry.reason or "")
        stored = self.rules.scores.get(entry.person_id) if reason is not None and reason.score == RESET else None
        if stored is None or not stored.value:
            return change
        stamp, threshold = ChangeStamp(entry.at), rules.settings.threshold
        score, order = apply_score_change(stored, entry.person_id, 0.0, stamp, threshold)
        return replace(change, new_score=(score, stored.version)) if order is NEWER else change

    def _track_of_member(self, change: Change, rules: Rules) -> tuple[str, datetime] | None:
        """The track of a campaign of which somebody becomes a member who did not respond, and when."""
        tracks = rules.lifecycle.tracks
        for response in change.arriving() if tracks else ():
            if not response.state.responded and not response.state.deleted:
                campaign_id = response.campaign_id
                campaign = self.reference.campaign(campaign_id)
                own = next((name for name, one in tracks.items() if one.campaign_id == campaign_id), None)
                track = campaign.track if campaign is not None and campaign.track in tracks else own
                if track is not None:
                    return track, response.state.effective_at
        return None

    def _as_target(self, change: Change, at: datetime, campaign_id: str, settings: Settings) -> Change:
        """With the person as a member of a campaign who has not responded, if that is known; once."""
        campaign, person = self.reference.campaign(campaign_id), change.person
        is_member = any(one.campaign_id == campaign_id for one in change.arriving())
        if campaign is None or campaign.deleted or is_member:
            return change
        response_id = f"rk-{digest('target', person.person_id, campaign_id)}"
        if self.people.get_response(person.person_id, response_id) is not None:
            return change
        target = Response(
            response_id,
            campaign_id,
            ResponseState(False, None, at, NOT_A_RESPONSE),
            Details(recorded_at=at),
        )
        classes = person.classes_with_another(settings.class_map)
        person = replace(person, responses=person.responses + 1, classes=classes)
        target = target.traced(person.person_id, person.version)
        return replace(change, person=person, responses=(*change.responses, target)).indexed_by(settings)
