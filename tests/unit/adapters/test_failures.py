"""What is refused is kept, whatever its reason is written with."""

from typing import Any

from rekindle.adapters.aws.failures import FailureQueue
from rekindle.domain.core.errors import InvalidField


class Queue:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **message: Any) -> None:
        self.sent.append(message)


def kept(message: str, field: str | None) -> dict[str, str]:
    queue = Queue()
    FailureQueue(queue, "url").keep("body", InvalidField(message, field), "source")
    (sent,) = queue.sent
    assert sent["MessageBody"] == "body"
    return {name: told["StringValue"] for name, told in sent["MessageAttributes"].items()}


def test_a_character_that_the_queue_refuses_is_left_out_of_the_reason() -> None:
    reason = kept("a\x00b\ud800c\ufffed\t日😀", "detail.fields.\x0bx")
    assert (reason["message"], reason["field"]) == ("abcd\t日😀", "detail.fields.x")


def test_what_has_no_text_is_no_attribute() -> None:
    assert kept("m", "\x00").keys() == kept("m", None).keys() == {"source", "code", "message"}
