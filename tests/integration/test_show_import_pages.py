"""Imports in the console: a form for the file, the check by cause, loaded, cancelled, taken back."""

import base64
import csv
import io
import json

from functions.show_import_pages.app import handler
from tests.integration.conftest import CONTEXT, event
from tests.integration.console import HOST, STAGE, Page, visited
from tests.integration.test_answer_imports import imports
from tests.support.file_imports import PEOPLE, Imports

__all__ = ["imports"]


def visit(path: str, role: str = "viewer", **query: str) -> Page:
    return visited(handler, path, role=role, query=query or None)


def sent(path: str, role: str = "operator", **form: str) -> Page:
    return visited(handler, path, role=role, form=form)


def test_a_file_is_uploaded_with_the_form_of_its_import(imports: Imports) -> None:
    assert sent("/imports", "viewer", kind="people", filename="a.csv").status == 403
    made = sent("/imports", kind="people", filename="a.csv", run="when_told")
    assert made.status == 303
    import_id = made.location.rpartition("/")[2]
    page = visit(f"/imports/{import_id}", "operator")
    (form,) = [one for tag, one in page.tags if tag == "form" and one.get("enctype")]
    assert form["action"] == "https://rekindle-imports.s3.eu-central-1.amazonaws.com/"
    assert " https://rekindle-imports.s3.eu-central-1.amazonaws.com" in page.headers["Content-Security-Policy"]
    swapped = visited(handler, f"/imports/{import_id}", headers={"HX-Request": "true"})
    assert (swapped.html, swapped.headers["HX-Redirect"]) == ("", f"{STAGE}/console/imports/{import_id}")
    fields = {one.get("name"): one.get("value") for tag, one in page.tags if tag == "input"}
    assert fields["key"] == f"uploads/{import_id}"
    onward = f"https://{HOST}{STAGE}/console/imports/{import_id}"
    assert fields["success_action_redirect"] == onward
    conditions = json.loads(base64.b64decode(fields["policy"] or ""))["conditions"]
    assert {"success_action_redirect": onward} in conditions
    uploaded = visit(f"/imports/{import_id}", "operator", bucket="b", key="k", etag="e")
    assert "The file has arrived" in uploaded.words and "uploads/" not in uploaded.html
    assert "rekindle-imports" not in visit(f"/imports/{import_id}").html
    imports.upload(import_id, f"{PEOPLE}p1,mia@acme.example,5\np2,no address,5\n")
    assert "checked" in visit(f"/imports/{import_id}").words


def test_the_check_names_each_cause_before_anything_is_loaded(imports: Imports) -> None:
    shown = imports.load("people", f"{PEOPLE}p1,mia@acme.example,5\np2,x,high\np3,y@z.example,low\n", run="when_told")
    assert shown["state"] == "checked"
    page = visit(f"/imports/{shown['import_id']}", "operator")
    for cause in shown["causes"]:
        assert cause["code"] in page.words and cause["repair"] in page.words
    assert any("exceptions.csv" in link for link in page.links()) is bool(shown["files"].get("exceptions"))
    assert visit("/imports/nothing").status == 404


def test_an_operator_loads_and_takes_back(imports: Imports) -> None:
    import_id = imports.load("people", f"{PEOPLE}p1,mia@acme.example,5\n", run="when_told")["import_id"]
    done = sent(f"/imports/{import_id}/run")
    assert (done.status, done.location) == (303, f"{STAGE}/console/imports/{import_id}")
    running = visit(f"/imports/{import_id}")
    assert any(one.get("hx-trigger") for _, one in running.tags)
    imports.continue_with()
    assert "finished" in visit(f"/imports/{import_id}").words
    assert sent(f"/imports/{import_id}/undo").status == 303
    assert sent(f"/imports/{import_id}/cancellation").status == 409
    assert sent(f"/imports/{import_id}/eat").status == 404


def test_all_imports_are_listed(imports: Imports) -> None:
    import_id = imports.load("people", f"{PEOPLE}p1,mia@acme.example,5\np2,x,high\n")["import_id"]
    (row,) = csv.DictReader(io.StringIO(visit("/imports", format="csv").html))
    assert (row["import_id"], row["read"]) == (import_id, "2")
    assert f"{STAGE}/console/imports/{import_id}" in visit("/imports").links()
    assert visit("/imports", state="finished", format="csv").html.count(import_id) == 1
    assert visit("/imports", state="checked", format="csv").html.count(import_id) == 0
    assert visit("/imports", state="lost").status == 422
    page = handler(event("show_import_pages"), CONTEXT)
    assert page["statusCode"] == 200 and import_id in page["body"]
