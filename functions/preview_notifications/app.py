"""API -> what a notification would say."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import notifications
from rekindle.runtime.http import answer, body_of, handler_of, router
from rekindle.runtime.notifications import preview_notifications

app = router()


@app.post("/notifications/previews")
def post_preview() -> Response[str]:
    return answer(notifications.text(preview_notifications()(*api.preview(body_of(app)))))


handler = handler_of(app)
