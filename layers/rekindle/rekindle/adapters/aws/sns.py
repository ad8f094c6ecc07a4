"""Notifications out over SNS: a text for e-mail, one JSON document for everything else that subscribed."""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.notifications.notification import Message

SUBJECT = 99
"""SNS wants less than 100 characters of ASCII."""
_UNTAKEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class SnsTopic:
    client: Any
    arn: str

    def publish(self, message: Message) -> None:
        try:
            self.client.publish(
                TopicArn=self.arn,
                Subject=ascii_subject(message.text.subject),
                MessageStructure="json",
                Message=json.dumps(
                    {
                        "default": json.dumps(document(message), ensure_ascii=False),
                        "email": _taken(message.text.body) or _taken(message.text.subject) or message.kind,
                    },
                    ensure_ascii=False,
                ),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in _attributes(message).items()
                },
            )
        except (ClientError, BotoCoreError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            raise Unavailable(f"SNS: {code}") from error


def document(message: Message) -> dict[str, Any]:
    """In the form that AWS's own chat client shows in Slack and Teams; programs find the ids beside the text."""
    about = {**_attributes(message), "count": str(len(message.notices))}
    if not message.is_digest:
        (notice,) = message.notices
        about |= {
            "event_id": notice.event_id,
            "person_id": notice.person_id,
            "assignment_id": notice.assignment_id,
        }
    return {
        "version": "1.0",
        "source": "custom",
        "id": digest(*(notice.event_id for notice in message.notices)),
        "content": {"title": _taken(message.text.subject), "description": _taken(message.text.body)},
        "metadata": {"eventType": f"rekindle.{message.kind}", "additionalContext": about},
    }


def _attributes(message: Message) -> dict[str, str]:
    """What a subscription can filter by."""
    return {
        "kind": message.kind.value,
        "owner_id": message.notify_id,
        "digest": "true" if message.is_digest else "false",
    }


def ascii_subject(subject: str) -> str:
    """A subject as SNS takes it: accents go, other letters become question stamps, one line, short enough."""
    plain = unicodedata.normalize("NFKD", subject)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = " ".join(plain.encode("ascii", "replace").decode().split())
    plain = "".join(letter for letter in plain if letter.isprintable()) or "Notification"
    return plain if len(plain) <= SUBJECT else f"{plain[: SUBJECT - 3]}..."


def _taken(text: str) -> str:
    return _UNTAKEN.sub("", text)
