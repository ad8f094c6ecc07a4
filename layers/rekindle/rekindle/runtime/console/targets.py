"""Target lists and who is on them; tracks and which touch is due next; leads that went back, by what came of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.wire import periods
from rekindle.adapters.wire import targets as wire
from rekindle.adapters.wire.views import measures
from rekindle.application.lifecycle.show_tracks import TrackEnrollment
from rekindle.domain.core import times
from rekindle.domain.core.errors import NotFound
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.lifecycle.policies import lifecycle_of
from rekindle.domain.measures.recycling import RecycledBy
from rekindle.domain.measures.targets import ListState, TargetList
from rekindle.runtime import http
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.console.names import campaign_names
from rekindle.runtime.console.pages import csv_answer, page, table

AHEAD = 90
"""Days ahead of which touches are listed."""
STAYS = ("person_id", "track", "product", "entered_at", "touch", "due_at")
LISTS = ("list_id", "name", "population", "days", "campaign_id", "state", "created_at", "drawn_at", "targets")


def listed(app: APIGatewayRestResolver) -> Response[str]:
    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use_cases().show_targets.listed(limit, start)
        return [{**one, **one["counts"]} for one in map(wire.shown, found.items)], found.next

    return table(app, "targets.html", LISTS, read)


def shown(app: APIGatewayRestResolver, list_id: str) -> Response[str]:
    """A list with everybody who is on it."""
    use, name = use_cases(), http.unescaped("list_id", list_id)
    found = use.show_targets.shown(name)
    people = _people(found)

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        begin = http.number("next", start) if start is not None else 0
        part = [{"person_id": one} for one in people[begin : begin + limit]]
        return part, str(begin + limit) if begin + limit < len(people) else None

    one = wire.shown(found)
    names = campaign_names(use, (one, *one["targeted"]))
    return table(app, "target_list.html", ("person_id",), read, one=one, names=names)


def _people(one: TargetList) -> Sequence[str]:
    """Who is on the list; nobody while it is drawn, and where it is kept no longer."""
    if one.state is not ListState.DRAWN:
        return ()
    try:
        return use_cases().ports.drawn_lists.get(one.list_id)
    except NotFound:
        return ()


def tracks(app: APIGatewayRestResolver) -> Response[str]:
    """The tracks of the settings, and who has a touch ahead, whose is due first."""
    use, at = use_cases(), now()
    settings = use.ports.reference.settings()
    lifecycle = lifecycle_of(settings)

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = use.show_tracks(at + timedelta(days=AHEAD), limit, start)
        return [_enrollment(one) for one in found.items], found.next

    courses = [
        {"track": one.name, "campaign_id": one.campaign_id, "touches": [touch.name for touch in one.touches]}
        for one in (lifecycle.tracks.values() if lifecycle is not None else ())
    ]
    names = campaign_names(use, courses)
    shown = {"tracks": courses, "names": names, "ahead": AHEAD, "now": times.text(at), "version": settings.version}
    return table(app, "tracks.html", STAYS, read, **shown)


def _enrollment(one: TrackEnrollment) -> dict[str, Any]:
    return {
        "person_id": one.person_id,
        "track": one.track or "customers",
        "product": one.product,
        "entered_at": times.text(one.entered_at),
        "touch": one.touch,
        "due_at": times.text(one.due_at),
    }


RECYCLED = ("key", "way", "recycled", "came_back", "percent_back", "days_until")


def recycling(app: APIGatewayRestResolver) -> Response[str]:
    use = use_cases()
    filters = {name: value for name, value in http.queries(app).items() if name != "format" and value}
    period = periods.recycling_of(filters, now().astimezone(use.ports.reference.settings().zone).date())
    shared: dict[str, Any] = {
        "by": period.by.value,
        "all_by": [one.value for one in RecycledBy],
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
    }
    try:
        found = measures.recycling(period, *use.show_recycling(period))
    except NotFound:
        return page(app, "recycling.html", found=None, rows=[], largest=0, **shared)
    rows = [row for one in found["items"] for row in _came_back(one)]
    if http.query(app, "format") == "csv":
        return csv_answer(RECYCLED, rows)
    largest = max((one["recycled"] for one in rows), default=0)
    return page(app, "recycling.html", found=found, rows=rows, largest=largest, **shared)


def _came_back(group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Leads that somebody gave back, and those that a rule took, of one reason, track or owner."""
    return [
        {
            "key": group["key"],
            "way": way,
            "recycled": group[way]["recycled"],
            "came_back": group[way]["came_back"],
            "percent_back": group[way]["percent_back"][Stage.MQL.value],
            "days_until": group[way]["days_until"][Stage.MQL.value],
        }
        for way in ("active", "passive")
        if group[way]["recycled"]
    ]
