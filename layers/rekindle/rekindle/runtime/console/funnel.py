"""The funnel of a period, beside the same length of time before."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.wire import periods
from rekindle.adapters.wire.views import measures
from rekindle.application.measures.show_funnel import names_by
from rekindle.domain.core.errors import NotFound
from rekindle.domain.lifecycle.journey import ORDER
from rekindle.domain.measures.funnel import By, FunnelBasis
from rekindle.runtime import http
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.console.pages import csv_answer, page


def funnel(app: APIGatewayRestResolver) -> Response[str]:
    use, reference = use_cases(), use_cases().ports.reference
    filters = {name: value for name, value in http.queries(app).items() if name != "format" and value}
    today = now().astimezone(reference.settings().zone).date()
    asked = periods.funnel_of(filters, today)
    earlier = (asked.since - (asked.until - asked.since)).isoformat()
    query = periods.funnel_of({**filters, "beside": earlier}, today)
    stages = [stage.value for stage in ORDER]
    shared: dict[str, Any] = {
        "by": query.by.value if query.by else "",
        "all_by": [one.value for one in By],
        "basis": query.basis.value,
        "all_basis": [one.value for one in FunnelBasis],
        "since": query.since.isoformat(),
        "until": query.until.isoformat(),
        "earlier": earlier,
        "stages": stages,
    }
    try:
        counted, found = use.show_funnel(query)
    except NotFound:
        return page(app, "funnel.html", funnel=None, before=None, **shared)
    shown = measures.funnels(query, counted, found, names_by(query.by, reference))
    if http.query(app, "format") == "csv":
        rows = shown["items"] or [{"key": None, "name": "all", **shown["total"]}]
        return csv_answer(("key", "name", *stages), [{**one, **one["volumes"]} for one in rows])
    return page(app, "funnel.html", funnel=shown, before=shown["beside"], **shared)
