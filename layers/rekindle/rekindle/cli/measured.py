"""The metrics of campaigns and the shares of deals, as lines or as tables."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rekindle.adapters.wire.views import measures
from rekindle.application.measures.count_measures import Measured
from rekindle.cli.columns import row
from rekindle.cli.lines import write_line
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.credit import names_of
from rekindle.domain.measures.points import Points

Json = dict[str, Any]

_METRIC_HEADS = ("campaign", "targeted", "responses", "rate", "MQL", "SQL", "Won", "won amount")
_METRIC_COLUMNS = (18, 8, 9, 6, 6, 6, 6, 12)
_SHARE_HEADS = ("model", "opportunity", "campaign", "points", "amount", "currency")
_SHARE_COLUMNS = (15, 18, 18, 8, 12, 8)


def write_metrics(found: Measured, *, as_lines: bool) -> None:
    known = ((one, found.campaigns.get(one.campaign_id)) for one in found.metrics)
    shown = [
        measures.metric(one, campaign.name if campaign else None, campaign.type if campaign else None)
        for one, campaign in known
    ]
    _write(shown, _METRIC_HEADS, _METRIC_COLUMNS, _metric_cells, as_lines=as_lines)


def write_shares(shared: Measured, models: Mapping[str, Points], *, as_lines: bool) -> None:
    name = names_of(shared.campaigns.get)
    shown = map(measures.share, shares(shared.deals, models))
    _write(shown, _SHARE_HEADS, _SHARE_COLUMNS, lambda one: _share_cells(one, name), as_lines=as_lines)


def _write(
    shown: Iterable[Json],
    heads: Sequence[str],
    columns: Sequence[int],
    cells: Callable[[Json], Sequence[str]],
    *,
    as_lines: bool,
) -> None:
    if as_lines:
        for one in shown:
            write_line(one)
        return
    print()
    for line in (heads, *map(cells, shown)):
        print(" ".join(row(line, columns, sys.stdout)).rstrip())


def _metric_cells(metric: Json) -> Sequence[str]:
    rate, stages = metric["response_rate"], metric["stages"]
    return (
        metric["name"] or metric["campaign_id"],
        f"{metric['targeted']:,}",
        f"{metric['responses']['unique']:,}",
        "-" if rate is None else f"{rate:.1%}",
        *(f"{stages[stage]:,}" for stage in ("MQL", "SQL", "Won")),
        ", ".join(f"{won['amount']:,} {won['currency'] or ''}".strip() for won in metric["won_amount"]) or "-",
    )


def _share_cells(share: Json, name: Callable[[str], str]) -> Sequence[str]:
    campaign_id = share["campaign_id"]
    return (
        share["model"],
        share["opportunity_id"],
        "-" if campaign_id is None else name(campaign_id),
        f"{share['points']:g}",
        f"{share['amount']:,}",
        share["currency"] or "-",
    )
