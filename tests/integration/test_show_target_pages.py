"""Target lists, tracks and recycled leads in the console."""

import csv
import io
from collections.abc import Callable

from functions.count_campaigns.app import handler as count
from functions.draw_targets.app import handler as draw
from functions.show_metrics.app import handler as show_metrics
from functions.show_target_pages.app import handler
from functions.show_targets.app import handler as show_targets
from tests.integration.conftest import CONTEXT, TARGETS, Aws, call, client, event, invoked
from tests.integration.console import STAGE, Page, visited
from tests.integration.test_draw_targets import known
from tests.integration.test_process_due_actions import at, on_a_track

__all__ = ["at"]


def visit(path: str, **query: str) -> Page:
    return visited(handler, path, role="viewer", query=query or None)


def rows(path: str, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visit(path, **query, format="csv").html)))


def test_a_list_shows_how_many_and_who_they_are(aws: Aws) -> None:
    known()
    invoked()
    assert "No list was drawn" in handler(event("show_target_pages"), CONTEXT)["body"]
    call(show_targets, "POST", "target-lists", body={"list_id": "dormant", "population": "dormant", "days": 0})
    assert "being drawn" in visit("/targets/dormant").words
    draw(event("draw_targets"), CONTEXT)
    (listed,) = rows("/targets")
    assert (listed["list_id"], listed["targets"]) == ("dormant", "1")
    assert [row["person_id"] for row in rows("/targets/dormant")] == ["p1"]
    assert f"{STAGE}/console/people/p1" in visit("/targets/dormant").links()
    assert visit("/targets/nowhere").status == 404
    for one in client("s3").list_objects_v2(Bucket=TARGETS)["Contents"]:
        client("s3").delete_object(Bucket=TARGETS, Key=one["Key"])
    assert "A sample" in visit("/targets/dormant").words


def test_tracks_show_whose_touch_is_due_next(aws: Aws, at: Callable[[str], None]) -> None:
    on_a_track(at)
    page = visit("/tracks")
    assert page.status == 200 and "general" in page.words
    assert f"{STAGE}/console/campaigns/drip/members" in page.links()
    ((person, track, touch),) = [(row["person_id"], row["track"], row["touch"]) for row in rows("/tracks")]
    assert (track, touch) == ("general", "news") and f"{STAGE}/console/people/{person}" in page.links()


def test_recycled_leads_are_those_of_the_api(aws: Aws, at: Callable[[str], None]) -> None:
    assert "Nothing is counted yet" in visit("/recycling").words
    on_a_track(at)
    count(event("count_campaigns"), CONTEXT)
    for by in ("reason", "track", "owner"):
        query = {"from": "2026-01-01", "to": "2026-06-01", "by": by}
        listed = call(show_metrics, "GET", "recycling", query=query).body["items"]
        sides = [(one["key"], one[way]["recycled"]) for one in listed for way in ("active", "passive")]
        shown = [(row["key"] or None, int(row["recycled"])) for row in rows("/recycling", **query)]
        assert shown == [side for side in sides if side[1]] and shown
        assert visit("/recycling", **query).status == 200
    assert visit("/recycling", by="month").status == 422
