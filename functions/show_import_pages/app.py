"""Console -> imports of files: created with a form for the file, followed, run, cancelled, taken back."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import imports
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/imports", middlewares=takes("state", "format", paged=True))
def get_imports() -> Response[str]:
    return imports.listed(app)


@app.post("/console/imports")
def post_import() -> Response[str]:
    return imports.created(app)


# S3 leads back here after an upload, and says where it put the file.
@app.get("/console/imports/<import_id>", middlewares=takes("bucket", "key", "etag"))
def get_import(import_id: str) -> Response[str]:
    return imports.shown(app, import_id)


@app.post("/console/imports/<import_id>/<action>")
def post_action(import_id: str, action: str) -> Response[str]:
    return imports.acted(app, import_id, action)


handler = handler_of(app)
