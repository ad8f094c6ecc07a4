"""Tell whoever gets a lead, once for each cycle, recipient and kind; of many at once in one message.

An event may be delivered again, and two deliveries may overlap. So a notification is claimed before it is sent, and
marked after. Whoever dies in between leaves a claim that runs out, and the next delivery sends it: sent twice in the
worst case, never lost.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rekindle.application.notifications.lead import Lead, read_lead, recipient_of
from rekindle.application.ports import Clock
from rekindle.application.ports.notifications import Claim, SentNotifications, Templates, Topic
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.notifications.notification import Message, Notice, of_many, of_one, withheld
from rekindle.domain.notifications.template import (
    BUILT_IN,
    DIGEST,
    BadTemplate,
    Kind,
    Text,
    Values,
    notification_settings,
)
from rekindle.domain.settings.settings import Settings


@dataclass
class Sent:
    """What became of a batch. A notification is in one of the counts, or among those that are left."""

    messages: int = 0
    notified: int = 0
    duplicates: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    unrecorded: int = 0
    """Sent, and not marked: a further delivery of the same event, of which none is expected, would send them again."""
    bad_templates: list[tuple[str, BadTemplate]] = field(default_factory=list)
    """The templates that failed, by name. What they should have said was said by the built-in ones."""
    left: list[int] = field(default_factory=list)
    """The positions of those that are to be delivered again."""
    errors: list[Exception] = field(default_factory=list)
    """What was not foreseen."""

    def failed(self, positions: list[int], error: Exception) -> None:
        self.left += positions
        if not isinstance(error, Unavailable):
            self.errors.append(error)


Ready = tuple[int, Notice, Lead]


@dataclass(frozen=True)
class SendNotifications:
    people: People
    reference: Reference
    sent: SentNotifications
    templates: Templates
    topic: Topic
    clock: Clock
    console: str = ""
    """Where the console is; empty where there is none."""

    def __call__(self, notices: Sequence[Notice]) -> Sent:
        done, settings = Sent(), self.reference.settings()
        if not notification_settings(settings).enabled:
            done.withheld["OFF"] += len(notices)
            return done
        to_each: dict[tuple[Kind, str], list[Ready]] = {}
        for position, notice in enumerate(notices):
            try:
                lead = self._to_be_sent(notice, done)
            except Exception as error:
                done.failed([position], error)
                continue
            if lead is Claim.ANOTHERS:
                done.left.append(position)
            elif isinstance(lead, Lead):
                to_each.setdefault((notice.kind, notice.notify_id), []).append((position, notice, lead))
        for (kind, notify_id), ready in to_each.items():
            for some in _messages(ready, settings):
                self._send(kind, notify_id, some, settings, done)
        return done

    def _to_be_sent(self, notice: Notice, done: Sent) -> Lead | Claim | None:
        """What the notification is about, if it is still true, and ours to send."""
        lead = read_lead(notice.person_id, self.people, self.reference, self.console)
        reason = withheld(notice, lead.person if lead else None)
        if reason is not None or lead is None:
            done.withheld[str(reason)] += 1
            return None
        claim = self.sent.claim(notice.event_id, self.clock())
        if claim is Claim.SENT:
            done.duplicates += 1
        return lead if claim is Claim.OURS else claim

    def _send(self, kind: Kind, notify_id: str, ready: Sequence[Ready], settings: Settings, done: Sent) -> None:
        try:
            recipient = recipient_of(notify_id, self.reference)
            leads = [lead.values for _, _, lead in ready]
            if len(leads) == 1:
                text = self._written(kind, of_one(kind, recipient, leads[0]), settings, done)
            else:
                text = self._written(DIGEST, of_many(kind, recipient, leads), settings, done)
            self.topic.publish(Message(kind, notify_id, text, tuple(notice for _, notice, _ in ready)))
        except Exception as error:
            # Delivered again when the claims have run out. The others of the batch are not to pay for it.
            done.failed([position for position, _, _ in ready], error)
            return
        done.messages += 1
        done.notified += len(ready)
        for _, notice, _ in ready:
            try:
                self.sent.sent(notice.event_id, self.clock())
            except Unavailable:
                # It was sent: to have it delivered again would send it again.
                done.unrecorded += 1

    def _written(self, name: str, values: Values, settings: Settings, done: Sent) -> Text:
        """By the template of the settings; where that fails, by the built-in one. Nobody waits for a mended text."""
        try:
            return self.templates.write(name, notification_settings(settings).templates[name], values)
        except BadTemplate as bad:
            done.bad_templates.append((name, bad))
            return self.templates.write(name, BUILT_IN[name], values)


def _messages(ready: list[Ready], settings: Settings) -> Iterator[list[Ready]]:
    """Many in one message, few each by itself."""
    if len(ready) >= notification_settings(settings).digest_from:
        yield ready
    else:
        yield from ([one] for one in ready)
