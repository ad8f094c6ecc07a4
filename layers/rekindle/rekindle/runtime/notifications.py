"""The use cases that write notifications, wired by themselves: no other function has the language of templates."""

from rekindle.adapters.templates import JinjaTemplates
from rekindle.application.notifications.preview_notifications import PreviewNotifications
from rekindle.application.notifications.send_notifications import SendNotifications
from rekindle.runtime.aws import now, topic, use_cases


def send_notifications() -> SendNotifications:
    ports = use_cases().ports
    return SendNotifications(ports.people, ports.reference, ports.sent_notifications, JinjaTemplates(), topic(), now)


def preview_notifications() -> PreviewNotifications:
    ports = use_cases().ports
    return PreviewNotifications(ports.people, ports.reference, JinjaTemplates())
