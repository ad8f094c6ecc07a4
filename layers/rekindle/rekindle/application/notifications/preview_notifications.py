"""What a notification would say: by a template that is only tried, or by the one of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.application.notifications.lead import read_lead, recipient_of
from rekindle.application.ports.notifications import Templates
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.notifications.notification import of_many, of_one, sample
from rekindle.domain.notifications.template import (
    DIGEST,
    BadTemplate,
    Kind,
    Text,
    Values,
    changed,
    notification_settings,
)
from rekindle.domain.settings.settings import path_of


@dataclass(frozen=True)
class PreviewNotifications:
    people: People
    reference: Reference
    templates: Templates
    console: str = ""
    """Where the console is; empty where there is none."""

    def __call__(self, name: str, parts: Mapping[str, str], person_id: str | None) -> Text:
        """`given` may hold a subject, a body, or both. Raises InvalidField with the part and the line at fault,
        NotFound where there is no such person or nothing was assigned."""
        template = changed(notification_settings(self.reference.settings()).templates[name], parts)
        values = sample(name) if person_id is None else self._values(name, person_id)
        try:
            return self.templates.write(name, template, values)
        except BadTemplate as bad:
            where = ("template",) if bad.part in parts else ("notifications", "templates", name)
            raise InvalidField(str(bad), path_of((*where, bad.part))) from None

    def _values(self, name: str, person_id: str) -> Values:
        lead = read_lead(person_id, self.people, self.reference, self.console)
        if lead is None or lead.person.deleted:
            raise NotFound(f"there is no person {person_id!r}")
        if lead.person.assignment is None:
            raise NotFound(f"nothing was ever assigned of person {person_id!r}")
        recipient = recipient_of(lead.person.assignment.owner_id, self.reference)
        if name == DIGEST:
            return of_many(Kind.ASSIGNED, recipient, [lead.values])
        return of_one(name, recipient, lead.values)
