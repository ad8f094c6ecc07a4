"""Keep a click as an interaction, and judge it when the others of its instant are known: a response, or a program's."""

from dataclasses import dataclass
from typing import Any

from rekindle.application.capture.record_interaction import RecordInteraction
from rekindle.application.ports.links import Clicks
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference
from rekindle.application.ports.webhooks import FactsQueue
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import NotFound
from rekindle.domain.links.click import INSTANT, JUDGED_AFTER, KIND, Click, is_one_of_many
from rekindle.domain.links.link import Link
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.records.stamps import ChangeStamp, event_digest

SOURCE = "rekindle.links"
WEB = "web"


@dataclass(frozen=True)
class JudgeClicks:
    reference: Reference
    record_interaction: RecordInteraction
    ledger: Ledger
    facts: FactsQueue
    clicks: Clicks

    def store(self, click: Click) -> None:
        """Delivered again, it is the same interaction. Raises NotFound, Unavailable."""
        self._record(click, self._link(click), suspected=click.suspected, judged=False)
        if not click.suspected:
            self.clicks.judge(click, JUDGED_AFTER)

    def __call__(self, click: Click) -> bool:
        """Whether it is a person's: then it becomes a response, or an opt-out. Raises NotFound, Unavailable."""
        link = self._link(click)
        near = self.ledger.interactions(click.person_id, click.at - INSTANT, click.at + INSTANT)
        if is_one_of_many(click.link_id, click.at, [(one.link_id, one.at) for one in near if one.kind == KIND]):
            self._record(click, link, suspected=True, judged=True)
            return False
        self.facts.send([_fact_of(click, link)])
        return True

    def _link(self, click: Click) -> Link:
        link = self.reference.link(click.link_id)
        if link is None:
            raise NotFound(f"there is no link {click.link_id!r}")
        return link

    def _record(self, click: Click, link: Link, *, suspected: bool, judged: bool) -> None:
        values: dict[str, Any] = {
            "person_id": click.person_id,
            "direction": "inbound",
            "channel": link.channel or WEB,
            "occurred_at": click.at,
            "campaign_id": click.campaign_id,
            "kind": KIND,
            "link_id": click.link_id,
            "suspected_bot": suspected,
        }
        stamp = ChangeStamp(click.at, int(judged), 0, (event_digest(f"{click.click_id}-{judged}"),))
        self.record_interaction(RecordChanged(INTERACTION, click.click_id, stamp, values))


def _fact_of(click: Click, link: Link) -> dict[str, Any]:
    """The fact, in the envelope of the bus. However often a person clicks a link, it is one response."""
    detail: dict[str, Any] = {"person_id": click.person_id}
    if link.opts_out:
        kind, detail["do_not_contact"] = "Person Changed", True
    else:
        kind = "Response Recorded"
        detail |= {
            "response_id": digest("click", click.link_id, click.person_id),
            "campaign_id": link.campaign_id,
            "source_code": link.source_code,
            "responded": True,
            "response_type": link.response_type,
            "channel": link.channel or WEB,
            "click_url": link.destination,
        }
    values = {name: value for name, value in detail.items() if value is not None}
    return {"detail-type": kind, "source": SOURCE, "time": times.text(click.at), "detail": values}
