"""The queue of clicks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.adapters.wire.links import click_message
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.links.click import Click


@dataclass(frozen=True)
class ClicksQueue:
    client: Any
    url: str

    def keep(self, click: Click) -> None:
        self._send(click_message(click, judge=False), 0)

    def judge(self, click: Click, after: timedelta) -> None:
        self._send(click_message(click, judge=True), int(after.total_seconds()))

    def _send(self, body: str, delay: int) -> None:
        try:
            self.client.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=delay)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the click could not be kept") from error
