"""The use cases that write notifications, wired by themselves: no other function has the language of templates."""

from rekindle.adapters.dynamodb.sent_notifications import DynamoDBSentNotifications
from rekindle.adapters.templates import JinjaTemplates
from rekindle.application.notifications.preview_notifications import PreviewNotifications
from rekindle.application.notifications.send_notifications import SendNotifications
from rekindle.runtime.aws import now, topic, use_cases


def send_notifications() -> SendNotifications:
    use = use_cases()
    return SendNotifications(use.people, use.reference, DynamoDBSentNotifications(), JinjaTemplates(), topic(), now)


def preview_notifications() -> PreviewNotifications:
    use = use_cases()
    return PreviewNotifications(use.people, use.reference, JinjaTemplates())
