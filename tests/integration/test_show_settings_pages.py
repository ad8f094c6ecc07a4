"""Settings in the console: read, checked, published under the version they were made from; and sessions."""

from typing import Any

from functions.change_settings.app import handler as change_settings
from functions.check_sessions.app import handler as check_sessions
from functions.show_settings_pages.app import handler
from rekindle.domain.console.session import Role
from tests.integration.conftest import Aws, call
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_check_sessions import passed, start

__all__ = ["check_sessions"]


def visit(path: str = "", *, role: str = "admin", **form: str) -> Page:
    return visited(handler, f"/settings{path}", role=role, form=form or None)


def stored() -> Any:
    return call(change_settings, "GET", "settings").body


def test_the_current_settings_are_shown_as_yaml_to_edit_by_an_admin_alone(aws: Aws) -> None:
    assert "the built-in defaults" in visit().words and "threshold: 60" in visit().text
    assert [tag for tag, _ in visit().tags if tag == "textarea"] == ["textarea"]
    assert not [tag for tag, _ in visit(role="operator").tags if tag == "textarea"]
    assert visit(role="operator", text="mode: active", version="0", do="publish").status == 403


def test_a_document_is_checked_then_published_as_the_next_version(aws: Aws) -> None:
    text = "person_statuses:\n  New: {active: false}\nqualification: {threshold: 55}\n"
    checked = visit(text=text, version="0", do="check")
    assert checked.status == 200 and "What would change" in checked.words and "qualification.threshold" in checked.words
    assert stored()["version"] == 0
    done = visit(text=text, version="0", do="publish", comment="Hybrid <again>")
    assert (done.status, done.location) == (303, f"{STAGE}/console/settings/versions/1")
    assert stored()["settings"]["qualification"] == {"threshold": 55}
    shown = visit("/versions/1")
    assert "in force" in shown.words and "qualification.threshold" in shown.words
    assert "Published by ada@example.com" in shown.words and "Hybrid <again>" in shown.words
    assert "Hybrid <again>" in visit("/versions").words and visit("/versions/0").status == 200
    assert visit("/versions/9").status == 404


def test_every_fault_is_named_by_its_path_and_the_text_is_kept(aws: Aws) -> None:
    text = "mode: sometimes\nqualification: {threshold: low}\nperson_statuses: {}\n"
    for do in ("check", "publish"):
        refused = visit(text=text, version="0", do=do)
        assert refused.status == 422 and "mode: sometimes" in refused.text
        assert "qualification.threshold" in refused.words and "nothing was published" in refused.words
    assert visit(text="a: [", version="0", do="check").status == 400
    assert stored()["version"] == 0


def test_who_was_overtaken_sees_what_would_change_and_publishes_nothing(aws: Aws) -> None:
    assert call(change_settings, "PUT", "settings", body={"person_statuses": {}, "mode": "active"}).status == 200
    late = visit(text="person_statuses: {}\nmode: passive\n", version="0", do="publish")
    assert late.status == 412 and "Somebody published version 1 meanwhile" in late.words
    assert stored()["settings"]["mode"] == "active"


def test_an_earlier_version_comes_back_as_a_new_one(aws: Aws) -> None:
    for number, mode in enumerate(("active", "passive")):
        assert visit(text=f"person_statuses: {{}}\nmode: {mode}\n", version=str(number), do="publish").status == 303
    first = visit("/versions/1")
    (text,) = [attributes["value"] for tag, attributes in first.tags if attributes.get("name") == "text"]
    assert visit(text=text or "", version="2", do="publish").status == 303
    assert stored()["version"] == 3 and stored()["settings"]["mode"] == "active"


def test_an_admin_sees_sessions_and_ends_them(aws: Aws) -> None:
    secret = start(Role.VIEWER)
    page = visited(handler, "/sessions", role="admin")
    assert "ada@example.com" in page.words and secret not in page.html
    (action,) = [str(a["action"]) for tag, a in page.tags if tag == "form" and "/sessions/" in str(a.get("action"))]
    ended = visited(handler, action.removeprefix(f"{STAGE}/console"), role="admin", form={})
    assert ended.location == f"{STAGE}/console/sessions"
    assert passed(secret)["context"] == {}
    assert visited(handler, "/sessions", role="operator").status == 403


def test_a_section_is_changed_by_its_form(aws: Aws) -> None:
    assert visit(text="person_statuses:\n  New: {active: false}\n", version="0", do="publish").status == 303
    shown = visited(handler, "/settings", role="admin", query={"section": "reactivation"})
    assert "reactivation.score.lookback_days" in shown.words and "Publish as a new version" in shown.words
    fields = {"section": "reactivation", "version": "1", "reactivation.score.lookback_days": "45", "comment": "Longer"}
    checked = visit(**fields, do="check")
    assert "What would change" in checked.words and stored()["version"] == 1
    assert visit(**fields, do="publish").location == f"{STAGE}/console/settings/versions/2"
    assert stored()["settings"]["reactivation"] == {"score": {"lookback_days": 45}}
    emptied = visit(section="reactivation", version="2", do="publish", comment="Back")
    assert emptied.status == 303 and stored()["settings"]["reactivation"] == {"score": {}}


def test_a_fault_of_a_form_stands_at_its_field_and_what_was_typed_is_kept(aws: Aws) -> None:
    form = {"section": "qualification", "version": "0", "qualification.threshold": "many", "do": "publish"}
    refused = visit(**form)
    assert refused.status == 422 and stored()["version"] == 0
    (typed,) = [
        found for tag, found in refused.tags if tag == "input" and found.get("name") == "qualification.threshold"
    ]
    assert (typed["value"], typed["aria-invalid"]) == ("many", "true")
    assert "Elsewhere in the document" in refused.words and "person_statuses" in refused.words
    assert visited(handler, "/settings", query={"section": "crm_fields"}).status == 404
