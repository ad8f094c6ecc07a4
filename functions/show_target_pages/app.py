"""Console -> target lists and who is on them; tracks of nurture; what became of leads that went back to marketing."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import targets
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/targets", middlewares=takes("format", paged=True))
def get_lists() -> Response[str]:
    return targets.listed(app)


@app.get("/console/targets/<list_id>", middlewares=takes("format", paged=True))
def get_list(list_id: str) -> Response[str]:
    return targets.shown(app, list_id)


@app.get("/console/tracks", middlewares=takes("format", paged=True))
def get_tracks() -> Response[str]:
    return targets.tracks(app)


@app.get("/console/recycling", middlewares=takes("from", "to", "by", "format"))
def get_recycling() -> Response[str]:
    return targets.recycling(app)


handler = handler_of(app)
