"""Messages as the API shows them."""

from rekindle.adapters.wire.views import Json
from rekindle.domain.notifications.template import Text


def text(written: Text) -> Json:
    """What a notification says."""
    return {"subject": written.subject, "body": written.body}
