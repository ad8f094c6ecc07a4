"""Sessions of the console in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rekindle.domain.console.session import Session


@dataclass
class MemorySessions:
    started: dict[str, Session] = field(default_factory=dict)

    def start(self, session: Session) -> None:
        self.started[session.session_id] = session

    def get(self, session_id: str) -> Session | None:
        return self.started.get(session_id)

    def end(self, session_id: str) -> None:
        self.started.pop(session_id, None)

    def all(self) -> Sequence[Session]:
        return list(self.started.values())
