"""A document that is broken in one place is refused by that place, and nothing of it is stored."""

import json

import pytest

from rekindle.adapters.wire.settings import document as documents
from rekindle.adapters.wire.settings import reading
from rekindle.domain.core.errors import InvalidSettings, Malformed
from tests.support.broken_settings import GONE, IDLE, KNOWN, QUEUES, USER, WHOLE, broken
from tests.support.builders import Rekindle, campaign_changed, campaign_deleted, queue_changed, user_changed

BROKEN = list(broken())


@pytest.fixture
def rekindle() -> Rekindle:
    """The whole document is stored, as version 1."""
    rekindle = Rekindle()
    rekindle.tell(*(campaign_changed(one) for one in (*KNOWN, GONE)))
    rekindle.tell(*map(queue_changed, QUEUES), user_changed(USER))
    rekindle.tell(campaign_changed(IDLE, is_active=False), campaign_deleted(GONE, 1))
    put(rekindle, json.dumps(WHOLE).encode())
    return rekindle


def put(rekindle: Rekindle, body: bytes) -> int:
    """As the API does it: read, checked, stored."""
    return rekindle.use.change_settings(documents.checked(reading.parsed(body)), None)


def refused_by(rekindle: Rekindle, body: bytes) -> list[str | None]:
    """The places that are complained of; none where the document was taken."""
    try:
        put(rekindle, body)
    except InvalidSettings as refused:
        return [path for path, _ in refused.faults]
    except Malformed as refused:
        return [refused.field]
    return []


def test_there_are_a_thousand_documents_each_broken_in_its_own_way():
    assert len({one.body for one in BROKEN}) == len(BROKEN) >= 1000


def test_each_is_refused_by_its_one_fault_and_none_is_stored(rekindle: Rekindle):
    told = [(one, refused_by(rekindle, one.body)) for one in BROKEN]
    assert [(one, paths) for one, paths in told if paths != [one.path]] == []
    assert rekindle.use.change_settings.current() == (1, WHOLE)
