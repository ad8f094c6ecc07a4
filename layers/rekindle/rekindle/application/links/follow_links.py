"""Lead a click on to where its link goes. What it says is stored later, out of a queue."""

from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.links import Clicks
from rekindle.application.ports.records import Reference
from rekindle.application.ports.webhooks import Secrets
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Expired, NotFound, Unavailable
from rekindle.domain.links.click import Click, is_of_program
from rekindle.domain.links.link import is_allowed
from rekindle.domain.links.token import read


@dataclass(frozen=True, slots=True)
class Followed:
    destination: str
    suspected: bool
    kept: bool
    """Whether the click is in the queue. Who clicked is led on in any case."""


@dataclass(frozen=True)
class FollowLinks:
    reference: Reference
    secrets: Secrets
    key: str
    clicks: Clicks
    clock: Clock

    def __call__(self, text: str, method: str, agent: str, request_id: str) -> Followed:
        """`agent`: what the program says it is. Raises NotFound, also for a destination that the settings no longer
        allow, Expired, Unavailable."""
        token, now = read(text, self.secrets.named(self.key)), self.clock()
        if token.expires_at <= now:
            raise Expired("the link is no longer valid")
        link = self.reference.link(token.link_id)
        if link is None or not is_allowed(link.destination, self.reference.settings().link_destinations):
            raise NotFound("there is no such link")
        suspected = is_of_program(method, agent, now, token.sent_at)
        click_id = digest("click", token.link_id, token.person_id, request_id)
        try:
            self.clicks.keep(Click(click_id, token.link_id, token.person_id, token.campaign_id, now, suspected))
        except Unavailable:
            return Followed(link.destination, suspected, kept=False)
        return Followed(link.destination, suspected, kept=True)
