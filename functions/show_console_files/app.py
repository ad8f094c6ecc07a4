"""Console -> its style sheet and its one script, under names that hold a digest of what they are."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console.pages import shown_as_pages, static_file
from rekindle.runtime.http import handler_of

app = shown_as_pages()


@app.get("/console/static/<name>")
def get_file(name: str) -> Response[str]:
    return static_file(name)


handler = handler_of(app)
