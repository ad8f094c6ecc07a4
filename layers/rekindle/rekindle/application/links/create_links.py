"""Make tracked links, and a token for each person who gets one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.application.ports import Clock
from rekindle.application.ports.records import Records, Reference
from rekindle.application.ports.webhooks import Secrets
from rekindle.domain.core.errors import Conflict, InvalidField, NotFound, UnknownCampaign, UnknownSourceCode
from rekindle.domain.core.values import replace
from rekindle.domain.links.link import Link, is_allowed
from rekindle.domain.links.token import Token, written

LIFETIME = timedelta(days=365)


@dataclass(frozen=True)
class CreateLinks:
    links: Records[Link]
    reference: Reference
    secrets: Secrets
    key: str
    """The ARN of the secret that signs the tokens."""
    clock: Clock

    def __call__(self, link: Link) -> Link:
        """The link as stored; the same one again is that one. Raises InvalidField, UnknownCampaign, UnknownSourceCode:
        nothing is stored then."""
        if not is_allowed(link.destination, self.reference.settings().link_destinations):
            raise InvalidField("the settings do not allow it (responses.links.allowed_destinations)", "destination")
        if link.campaign_id is not None and self.reference.campaign(link.campaign_id) is None:
            raise UnknownCampaign(f"campaign {link.campaign_id!r} is not known", "campaign_id")
        if link.campaign_id is None and not link.opts_out:
            code = self.reference.source_code(link.source_code or "")
            if code is None or code.campaign_id is None:
                raise UnknownSourceCode(f"source code {link.source_code!r} leads to no known campaign", "source_code")
        try:
            self.links.put(replace(link, created_at=self.clock()), 0)
        except Conflict:
            if replace(self.shown(link.link_id), created_at=None) != link:
                raise InvalidField("there is another link under this identifier", "link_id") from None
        return self.shown(link.link_id)

    def shown(self, link_id: str) -> Link:
        """Raises NotFound."""
        link = self.links.get(link_id)
        if link is None:
            raise NotFound(f"there is no link {link_id!r}")
        return link

    def tokens(
        self, link_id: str, person_ids: Sequence[str], sent_at: datetime | None, expires_at: datetime | None
    ) -> list[tuple[str, str]]:
        """The token of each person. `sent_at`: when the message goes out; None: now. Raises NotFound, InvalidField,
        Unavailable."""
        link, now = self.shown(link_id), self.clock()
        expires = expires_at or now + LIFETIME
        if expires <= now:
            raise InvalidField("expected a time that is still to come", "expires_at")
        secret = next(iter(self.secrets.named(self.key)))

        def token(person_id: str) -> str:
            return written(Token(link_id, person_id, link.campaign_id, sent_at or now, expires), secret)

        return [(person_id, token(person_id)) for person_id in person_ids]
