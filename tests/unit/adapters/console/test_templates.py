"""Every template with hostile texts in every place: they are shown as texts, and a page stays a page."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rekindle.adapters.console.rendering import ConsoleFiles
from rekindle.adapters.console.timeline import folded

ROOT = Path(__file__).parents[4] / "layers" / "console" / "rekindle_console"
FILES = ConsoleFiles(ROOT)
PAGES = sorted(
    path.name for path in (ROOT / "templates").glob("*.html") if "extends" in path.read_text(encoding="utf-8")
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</textarea></title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202e\u2066gnp.exe\u2069",
    "A" * 10_000,
]
AT = "2026-03-01T12:00:00Z"


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def values_of(template: str, text: str) -> dict[str, Any]:
    """All that the template shows, with the text in each place that holds one of somebody's own."""
    response = {
        **dict.fromkeys(
            ("response_id", "person_id", "campaign_id", "response_status", "member_status", "channel"), text
        ),
        **{"responded_at": AT, "received_at": AT, "activated_at": AT, "reactivated_at": None},
        **{"class": "new", "excluded": "OUTSIDE_LOOKBACK", "why": text},
    }
    person = {
        **dict.fromkeys(("person_id", "kind", "email", "first_name", "last_name", "company", "phone", "status"), text),
        **{"owner_id": text, "score": 12.5, "cycles": 1, "responses": 70, "nurture_until": AT, "former_ids": [text]},
        **{"do_not_contact": True, "undeliverable": True, "deleted": False, "fields": {text: text}},
        "active_response": {"campaign_id": text, "stage": text, "activated_at": AT, "decision_id": text},
        "assignment": {"state": "pending", "deadline": AT},
    }
    clock = {
        **{"kind": "accept", "state": "running", "started_at": AT, "due_at": AT, "breached_at": None, "met_at": None},
        **{"due_local": text, "time_zone": text, "unit": "seconds", "target": 3600, "consumed": 60},
        **{"paused_seconds": 5, "calendar": text, "policy": text, "settings_version": 1},
        "windows": [{"opens": AT, "closes": AT, "seconds": 60}],
        "holidays": [{"date": "2026-03-01", "name": text}],
    }
    handoff = {
        **{"person_id": text, "state": text, "since": AT, "owner_id": text, "due_at": AT, "passed_at": AT},
        **{"accepted_at": AT, "policy": text, "clocks": [clock]},
    }
    decision = {
        **dict.fromkeys(("decision_id", "person_id", "campaign_id", "response_id", "trigger_id", "status"), text),
        **dict.fromkeys(("scenario", "outcome", "reason", "default_campaign_source"), text),
        **{"explanation": text, "as_of": AT, "decided_at": AT, "activated_at": AT, "score": 1, "previous_score": 0},
        **{"settings_version": 1, "dry_run": True, "cycle": 1, "considered": [response], "considered_total": 1},
        "replay": "different",
    }
    failure = {
        **dict.fromkeys(("failure_id", "reason", "message", "field", "record_kind", "record_id", "event_id"), text),
        **dict.fromkeys(("source", "note", "handled_by", "problem"), text),
        **{"failed_at": AT, "event_at": AT, "handled_at": AT, "age_seconds": 90_061, "state": "open"},
    }
    campaign = {
        **dict.fromkeys(("campaign_id", "name", "type", "status", "starts_on", "ends_on"), text),
        **{"cost": 5, "deleted": True, "is_active": False, "exclude_from_reactivation": True},
    }
    count = {"targeted": 5, "gross": 4, "unique": 3, "positive": 2, "MQL": 1}
    metrics = {
        **{
            "targeted": 5,
            "hard_bounces": 0,
            "went_dark": 0,
            "cost": 5,
            "counted_at": AT,
            "settings_version": 1,
            "response_rate": 0.5,
        },
        **{"responses": count, "stages": {"MQL": 1}, "cost_per": count, "rates": {text: 0.5}},
        **{"won_amount": [{"currency": text, "amount": 5}], "responses_per_responder": 1.5},
        **{"inserted": {"people": 1, "responses": 1}, "goals": {"by": "2026-06-30", "mqls": {"goal": 5, "actual": 2}}},
        "definitions": {
            name: text
            for name in (
                "targeted",
                "hard_bounces",
                "went_dark",
                "responses.gross",
                "responses.unique",
                "responses.positive",
                "stages",
            )
        },
    }
    volumes = {"volumes": {"MQL": 3, "SQL": 1}, "system_delay_seconds": {"median": 5}, "human_delay_seconds": None}
    passage = {"from": "MQL", "to": "SQL", "conversion": 0.5, "mean_days": 1.5, "median_days": None}
    total = {**volumes, "passages": [passage]}
    funnel = {"counted_at": AT, "settings_version": 1, "total": total, "items": [{"key": text, "name": text, **total}]}
    credit = {"counted_at": AT, "settings_version": 1, "total": [{"currency": text, "amount": 5}]}
    assignment = {
        **dict.fromkeys(("person_id", "owner_id", "temporary_owner_id"), text),
        **{"activated_at": AT, "deadline": AT, "system_delay_seconds": 5},
    }
    entry = {"kind": "decision", "at": AT, "outcome": text, "reason": text, "scenario": text, "campaign_id": text}
    entries = [{**entry, "decision_id": text, "score": 1, "cycle": 1}, {"kind": "routed", "at": AT, "owner_id": text}]
    recycled = {"key": text, "way": "active", "recycled": 2, "came_back": 1, "percent_back": 50, "days_until": 1.5}
    row = {"key": text, "name": text, "currency": text, "amount": 5, "before": 4}
    row = recycled if template == "recycling.html" else row
    rules = {"OUTSIDE_LOOKBACK": {"path": text, "value": text}}
    change = {"kind": "setting", "path": text, "before": [text], "after": text}
    reason = {"response_id": text, "sentence": text, "ways": [[change, {**change, "before": None, "after": 1.5}]]}
    field = {
        **dict.fromkeys(("name", "label", "description", "value", "default"), text),
        **{"shown": "choice", "choices": [text], "faults": [(text, text)]},
    }
    published = {"version": 1, "stored_at": AT, "comment": text, "published_by": text}
    session = {"session_id": "0a", "name": text, "role": "viewer", "started_at": AT, "expires_at": AT}
    counts = dict.fromkeys(("read", "created", "updated", "unchanged", "refused", "ignored"), 2)
    file_import = {
        **{"import_id": text, "filename": text, "kind": text, "state": "checked", "created_at": AT, "updated_at": AT},
        **{"counts": counts, **counts, "mapping": text, "unknown_campaigns": {text: 1}, "files": {"exceptions": "/x"}},
        "causes": [{"code": text, "column": text, "count": 1, "first_lines": [2], "repair": text}],
        "columns": [
            {"header": text, "fields": [text], "samples": [text]},
            {"header": text, "fields": [], "samples": []},
        ],
        "problem": {
            "code": text,
            "detail": text,
            "field": text,
            "readings": [{"line": 2, "readings": {"cp1252": text}}],
        },
        "undo": {"state": "done", "taken_back": 1, "left": {text: 1}},
    }
    target_list = {
        **{"list_id": text, "name": text, "population": text, "days": 5, "campaign_id": text, "state": "drawn"},
        **{"created_at": AT, "drawn_at": AT, "targets": 1, "counts": {"targets": 1, "left_out": {text: 1}}},
        **{"where": {"person": {text: text, "status": [text], "days": {"at_least": text}}}, "sample": [text]},
        "targeted": [{"campaign_id": text, "at": AT}],
    }
    stay = {"person_id": text, "track": text, "product": text, "entered_at": AT, "touch": text, "due_at": AT}
    month = {"period": "2026-03", "closed_at": AT, "sha256": "0a", "decisions": 5, "adjustments": 1, "follows": True}
    adjustment = {
        **{"period": "2026-02", "stage": None, "model": text, "campaign_id": text, "currency": text, "cause": text},
        **{"before": 5, "after": 4, "change": -1},
    }
    statement = {
        **{"period": "2026-03", "from": AT, "to": AT, "time_zone": text, "stack": {"closed_at": AT}},
        **{"settings": [{"version": 1}], "volumes": {"MQL": 1}, "decisions": {"count": 1, "sha256": "0a"}},
        **{"credit": [{"campaign_id": text, "credit": 1}], "adjustments": [adjustment]},
        "shares": [{"model": text, "campaign_id": text, "amount": 5, "currency": text}],
        "previous": {"period": "2026-02"},
    }
    uploading = SimpleNamespace(url="/upload", fields={"key": text})
    pair = {
        **{
            "found_at": AT,
            "grounds": text,
            "likely": True,
            "person_ids": [text],
            "people": [person],
            "answered_at": AT,
        },
    }
    one = {"failure.html": failure, "import.html": file_import, "target_list.html": target_list}
    lists: Mapping[str, list[Any]] = {
        "imports.html": [file_import],
        "decisions.html": [decision],
        "duplicates.html": [pair],
        "targets.html": [target_list],
        "target_list.html": [{"person_id": text}],
        "tracks.html": [stay],
        "books.html": [month],
        "find.html": [person],
        "responses.html": [response],
        "members.html": [response],
        "timeline.html": entries,
        "clocks.html": [clock],
        "campaigns.html": [campaign],
        "failures.html": [failure],
        "owners.html": [assignment],
        "deadlines.html": [handoff],
        "versions.html": [published],
        "sessions.html": [session],
    }
    beside = funnel if template == "funnel.html" else credit
    return {
        **{"funnel": funnel, "stages": ["MQL", "SQL"], "basis": "cohort", "all_basis": ["cohort"]},
        **{"base": "/dev/console", "at": "/dev/console/x", "queries": {"owner": text, "limit": text}, "now": AT},
        **{"user": SimpleNamespace(name=text, role="admin", may=lambda role: True)},
        **{
            "section": text,
            "sections": [text],
            "fields": [field, {**field, "shown": "line"}, {**field, "shown": "yaml"}],
        },
        **{"comment": text, "published": published},
        **{"candidate": text, "why_not": reason, "others": [response]},
        **{"heading": text, "message": text, "q": text, "next": text, "person_id": text, "person": person},
        **{"handoff": handoff, "threshold": 60, "scenario": "score", "scenarios": ["score"], "as_of": AT},
        **{"responses": [response], "timeline": folded(entries), "names": {text: text}, "decision": decision},
        **{"rules": rules, "campaign": campaign, "metrics": metrics, "credit": credit, "before": beside},
        **{"models": [text], "model": text, "by": "campaign", "all_by": ["campaign"], "rows": [row], "largest": 5},
        **{"since": "2026-01-01", "until": "2026-02-01", "earlier": "2025-12-01", "failures": 2, "oldest": AT},
        **{"waiting": 1, "owed": "1", "breached": "1", "said": "resend", "done": 1, "left": [failure]},
        **{"version": 2, "latest": 3, "text": text, "changes": [{"path": text, "before": text, "after": text}]},
        **{"warnings": [(text, text)], "faults": [(text, text)], "state": "open", "states": ["open"], "reason": text},
        **{"items": lists.get(template, []), "folded": folded, "one": one.get(template), "upload": uploading},
        **{
            "counts": [{"outcome": "skipped", "reason": "STALE", "count": 2}],
            "total": 2,
            "more": True,
            "skipped": True,
        },
        **{"outcome": "skipped", "listing": True, "days": {"from": "2026-03-01", "to": "2026-04-01"}},
        **{"credits": [{"model": text, "amount": 5, "currency": text}]},
        **{"inserted": "no", "soon": "1", "tomorrow": AT, "checked": "1", "pairs": "1", "body": text},
        **{
            "arrived": True,
            "moves": True,
            "kinds": [text],
            "mappings": [text],
            "runs": ["when_checked", "when_told"],
            "found": credit,
        },
        **{"tracks": [{"track": text, "campaign_id": text, "touches": [text]}], "ahead": 90, "period": "2026-03"},
        **{
            "statement": statement,
            "sha256": "0a",
            "follows": True,
            "causes": [(text, 1)],
        },
    }


def rendered(template: str, text: str) -> Reader:
    return Reader(FILES.page(template, values_of(template, text)))


def shape(page: Reader) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(attributes)) for tag, attributes in page.tags]


@pytest.mark.parametrize("template", PAGES)
def test_a_hostile_text_is_shown_as_text(template: str) -> None:
    plain = rendered(template, "plain")
    for text in HOSTILE:
        page = rendered(template, text)
        assert shape(page) == shape(plain), text[:40]
        assert [attributes["src"] for tag, attributes in page.tags if tag == "script"] == [
            f"/dev/console/static/{FILES.named('htmx.min.js')}"
        ]
        for tag, attributes in page.tags:
            assert tag not in ("style", "base", "object", "iframe")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            for name in ("href", "src", "action"):
                assert (
                    not (attributes.get(name) or "").strip().lower().startswith(("javascript:", "data:", "//", "http"))
                )


def templates_with_a_text() -> Iterator[str]:
    """Those that show something of somebody's own beside the user's name."""
    yield from (name for name in PAGES if name not in ("signed_out.html", "today.html", "books.html", "closing.html"))


@pytest.mark.parametrize("template", list(templates_with_a_text()))
def test_the_text_is_there_in_full(template: str) -> None:
    for text in HOSTILE[:4]:
        page = rendered(template, text)
        shown = page.text + " ".join(value or "" for _, attributes in page.tags for value in attributes.values())
        assert text in shown


@pytest.mark.parametrize("template", PAGES)
def test_a_page_can_be_read_by_its_structure(template: str) -> None:
    """Landmarks, one first heading, a label for each field, a name for each control, no id twice."""
    page = rendered(template, "plain")
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("main"), tags.count("h1"), tags.count("title")) == (1, 1, 1)
    assert dict(page.tags)["html"]["lang"] == "en"
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes.get("for") for tag, attributes in page.tags if tag == "label"}
    for tag, attributes in page.tags:
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            assert attributes.get("id") in labelled or attributes.get("aria-label"), attributes
        for reference in (attributes.get("aria-labelledby"), attributes.get("for")):
            assert reference is None or reference in ids
        if tag == "th":
            assert attributes.get("scope") in ("col", "row")
        if tag == "form":
            assert attributes["method"] in ("get", "post")
