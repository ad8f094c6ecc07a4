"""The use cases that write notifications, wired by themselves: no other function has the language of templates."""

from rekindle.adapters.templates import JinjaTemplates
from rekindle.application.notifications.preview_notifications import PreviewNotifications
from rekindle.application.notifications.send_notifications import SendNotifications
from rekindle.runtime.aws import environment, now, topic, use_cases


def send_notifications() -> SendNotifications:
    ports = use_cases().ports
    stores = ports.people, ports.reference, ports.sent_notifications
    return SendNotifications(*stores, JinjaTemplates(), topic(), now, environment().console)


def preview_notifications() -> PreviewNotifications:
    ports = use_cases().ports
    return PreviewNotifications(ports.people, ports.reference, JinjaTemplates(), environment().console)
