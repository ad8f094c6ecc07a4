"""Templates of notifications: the names there are in them, the built-in texts, and their limits.

How a template is read is an adapter's affair.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rekindle.domain.settings.settings import Settings

Values = Mapping[str, Any]
"""What a template's names stand for: texts, numbers, objects of those, and one list of objects."""


class Kind(StrEnum):
    ASSIGNED = "assigned"
    REASSIGNED = "reassigned"
    TIMED_OUT = "timed_out"
    REMINDER = "reminder"
    SLA_WARNED = "sla_warned"
    SLA_ESCALATED = "sla_escalated"


DIGEST = "digest"
"""The template for many leads at once, of whichever kind."""
TEMPLATES = (*Kind, DIGEST)
PARTS = ("subject", "body")
LISTED = 25
"""The most leads that a digest lists; it says how many more there are."""
LONGEST_SUBJECT = 255
LONGEST_BODY = 20_000
"""Characters of what a template makes; the rest is cut off. In the longest letters they fit twice into a message of
SNS."""


@dataclass(frozen=True, slots=True)
class Template:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Text:
    """What a template makes."""

    subject: str
    body: str


class BadTemplate(Exception):
    """A template that cannot be read, or that fails over what it is given. The message may repeat the template, and
    nothing that is known of a person."""

    def __init__(self, part: str, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.part = part
        """`subject` or `body`."""
        self.line = line


_LEAD = """\
Lead: {{ person.name }}{% if person.company %}, {{ person.company }}{% endif %} ({{ person.id }})
Campaign: {{ campaign.name }}
{% if person.do_not_contact %}
The person does not want to be contacted.
{% elif person.undeliverable %}
Messages to the person's address do not arrive.
{% endif %}
{% if person.url %}
{{ person.url }}
{% endif %}
"""
BUILT_IN: Mapping[str, Template] = {
    Kind.ASSIGNED: Template(
        "New lead for {{ recipient.name }}: {{ person.name }}",
        f"A lead is yours to work since {{{{ assignment.assigned_at }}}}.\n\n{_LEAD}",
    ),
    Kind.REASSIGNED: Template(
        "Lead handed to {{ recipient.name }}: {{ person.name }}",
        f"A lead that somebody else had before is yours to work now.\n\n{_LEAD}",
    ),
    Kind.TIMED_OUT: Template(
        "Nobody took a lead in time: {{ person.name }}",
        "Nobody took this lead by {{ assignment.deadline }}. It is with {{ owner.name }}.\n\n" + _LEAD,
    ),
    Kind.REMINDER: Template(
        "A lead still waits for an owner: {{ person.name }}",
        "This lead waits with {{ owner.name }} since {{ assignment.activated_at }}; the wait ends at "
        "{{ assignment.deadline }}.\n\n" + _LEAD,
    ),
    Kind.SLA_WARNED: Template(
        "A lead is due: {{ person.name }}",
        "This lead is with {{ owner.name }} since {{ handoff.passed_at }}. By the policy {{ handoff.policy }} the next "
        "deadline is {{ handoff.due_at }}.\n\n" + _LEAD,
    ),
    Kind.SLA_ESCALATED: Template(
        "A lead is overdue: {{ person.name }}",
        "This lead is with {{ owner.name }} since {{ handoff.passed_at }}. By the policy {{ handoff.policy }} the "
        "deadline was {{ handoff.due_at }}.\n\n" + _LEAD,
    ),
    DIGEST: Template(
        "{{ count }} leads "
        "{% if kind == 'reminder' %}still wait for an owner"
        "{% elif kind == 'timed_out' %}that nobody took in time"
        "{% elif kind == 'sla_warned' %}are due"
        "{% elif kind == 'sla_escalated' %}are overdue"
        "{% else %}for {{ recipient.name }}{% endif %}",
        "{% for lead in leads %}\n"
        "- {{ lead.person.name }}{% if lead.person.company %}, {{ lead.person.company }}{% endif %} "
        "({{ lead.person.id }}{% if lead.person.do_not_contact %}, not to be contacted"
        "{% elif lead.person.undeliverable %}, messages do not arrive{% endif %}): {{ lead.campaign.name }}\n"
        "{% if lead.person.url %}\n"
        "  {{ lead.person.url }}\n"
        "{% endif %}\n"
        "{% endfor %}\n"
        "{% if more %}\n"
        "and {{ more }} more\n"
        "{% endif %}\n",
    ),
}


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    enabled: bool = True
    digest_from: int = 5
    """From how many notifications on, of one kind to one recipient and at one time, they are sent as one."""
    templates: Mapping[str, Template] = field(default_factory=lambda: BUILT_IN)


def notification_settings(settings: Settings) -> NotificationSettings:
    return settings.part(_notification_settings)


def _notification_settings(document: Mapping[str, Any]) -> NotificationSettings:
    section = document.get("notifications") or {}
    templates = section.get("templates") or {}
    return NotificationSettings(
        section.get("enabled", True),
        section.get("digest_from", 5),
        {name: changed(built_in, templates.get(name) or {}) for name, built_in in BUILT_IN.items()},
    )


def changed(template: Template, parts: Mapping[str, str]) -> Template:
    """A template with another subject, or another body, or both."""
    return Template(parts.get("subject", template.subject), parts.get("body", template.body))


Names = Mapping[str, "Names | list[Names] | None"]
"""The names there are: None for a text or a number, a list for what can be gone through, names within names."""

ANY: Names = {"*": None}
"""All other fields of the CRM, by its own names."""


def _plain(names: str) -> Names:
    return dict.fromkeys(names.split())


_PARTY = _plain("id name email type")
_LEAD_NAMES: Names = {
    "person": {
        **_plain("id name kind first_name last_name company email phone status do_not_contact undeliverable url"),
        "fields": ANY,
    },
    "campaign": _plain("id name type"),
    "assignment": _plain("id cycle reason activated_at assigned_at deadline"),
    "handoff": _plain("policy passed_at due_at"),
    "owner": _PARTY,
}
_ALWAYS: Names = {"kind": None, "recipient": _PARTY}


def names_of(template: str) -> Names:
    """The names that a template may use."""
    if template == DIGEST:
        return {**_ALWAYS, **_plain("count more"), "leads": [_LEAD_NAMES]}
    return {**_ALWAYS, **_LEAD_NAMES}
