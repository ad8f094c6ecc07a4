"""Sessions of the console: what is started comes back until it is ended."""

from datetime import timedelta

from rekindle.domain.console.session import Role, Session
from tests.contract.stores import NOW, Stores


def a_session(name: str, role: Role = Role.VIEWER) -> Session:
    return Session(name, f"user of {name}", "ada@example.com", role, NOW, NOW + timedelta(hours=8))


def test_a_session_comes_back_until_it_is_ended(stores: Stores) -> None:
    one, other = a_session("one"), a_session("other", Role.ADMIN)
    for session in (one, other):
        stores.sessions.start(session)
    assert stores.sessions.get("one") == one
    assert sorted(stores.sessions.all(), key=lambda s: s.session_id) == [one, other]
    stores.sessions.end("one")
    stores.sessions.end("one")
    assert stores.sessions.get("one") is None and stores.sessions.all() == [other]
