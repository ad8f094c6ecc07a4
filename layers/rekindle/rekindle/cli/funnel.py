"""rekindle funnel: volumes, conversion and velocity between the stages, and the delays of assignments."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from rekindle.adapters.history import History
from rekindle.adapters.wire.views import measures
from rekindle.application.measures.show_funnel import names_by
from rekindle.application.ports.records import Reference
from rekindle.cli.arguments import command, may_take_history, one_of, takes_format, takes_settings
from rekindle.cli.columns import cell, cut, width
from rekindle.cli.lines import write_line
from rekindle.cli.play import Unusable, decisions_of, instant_of, print_refused, settings_of, zone_of
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import ORDER
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.measures.funnel import (
    EMPTY,
    By,
    Funnel,
    FunnelBasis,
    Group,
    Spread,
    funnel,
    period_beside,
    year_before,
)
from rekindle.domain.measures.metrics import CountedAs
from rekindle.runtime.simulation.simulator import Simulation

NAME, CELL = 26, 9
"""The columns of a name and of a number: six of them fit a terminal of 80 columns."""
_UNKNOWN = "-"
_NONE = (_UNKNOWN, _UNKNOWN)
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))

Row = tuple[str, Sequence[str]]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "funnel",
        "count how far the active responses of a history came, and how long that took",
        """
          rekindle funnel --settings settings.yaml history.jsonl
          rekindle funnel --settings settings.yaml --from 2026-01-01 --by campaign h.jsonl
          rekindle funnel --settings settings.yaml --from 2026-04-01 --to 2026-07-01 --beside 2026-01-01 h.jsonl
          rekindle funnel --stack rekindle-prod --by month
        """,
        "Play a history, or read what a stack has stored, and count the engagement cycles of a period: volumes, "
        "conversion and velocity between the stages, the delay until somebody had the lead and that until it was "
        "worked.",
    )
    may_take_history(parser)
    takes_settings(parser, optional=True)
    parser.add_argument("--stack", metavar="NAME", help="a deployed stack, in place of a history and its settings")
    parser.add_argument("--from", dest="since", metavar="TIME", help="a date or time (default: a year before --to)")
    parser.add_argument("--to", dest="until", metavar="TIME", help="left out itself (default: the end of the history)")
    parser.add_argument("--by", type=one_of(By), choices=list(By), help="what to group by (default: all in one)")
    parser.add_argument(
        "--basis",
        type=one_of(FunnelBasis),
        choices=list(FunnelBasis),
        default=FunnelBasis.COHORT,
        help="count the cycles that began in the period (cohort, the default), or the stages reached in it (period)",
    )
    parser.add_argument(
        "--beside", metavar="TIME", help="the beginning of another period, as long as the first, to show beside it"
    )
    takes_format(parser, "table")
    parser.set_defaults(run=_funnel)


def _funnel(parsed: argparse.Namespace) -> int:
    if parsed.stack is not None:
        return _of_stack(parsed)
    if parsed.history is None or parsed.settings is None:
        raise Unusable("a history with its --settings is needed, or --stack")
    document = settings_of(parsed.settings)
    zone = zone_of(document)
    asked = _span_of(parsed, zone)
    simulation = Simulation(document)
    simulation.keep_journeys()
    with closing(History(parsed.history)) as history:
        for _ in decisions_of(simulation, history, "simulating"):
            pass
    ports = simulation.use_cases.ports
    _write(parsed, simulation.cycles(), _within(parsed, asked, simulation.now, zone), ports.reference, zone)
    print_refused(simulation)
    return 0


def _of_stack(parsed: argparse.Namespace) -> int:
    from rekindle.runtime.deployed import use_cases_of  # The commands that play a history need nothing of AWS.

    if parsed.history is not None or parsed.settings is not None:
        raise Unusable("--stack: a stack has its own history and settings")
    with use_cases_of(parsed.stack) as use:
        reference = use.ports.reference
        settings = reference.settings()
        asked = _span_of(parsed, settings.zone)
        found = use.count_measures(CountedAs.of(settings.document)).cycles
        _write(parsed, found, _within(parsed, asked, use.ports.clock(), settings.zone), reference, settings.zone)
    return 0


_Span = tuple[datetime, datetime]


def _span_of(parsed: argparse.Namespace, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The period that is asked for. Raises Unusable."""
    since = instant_of(parsed.since, "--from", zone) if parsed.since is not None else None
    until = instant_of(parsed.until, "--to", zone) if parsed.until is not None else None
    return since, until


def _within(
    parsed: argparse.Namespace, asked: tuple[datetime | None, datetime | None], now: datetime, zone: ZoneInfo
) -> _Span:
    """The period, by default the year up to now. Raises Unusable."""
    until = asked[1] or now
    since = asked[0] or year_before(until, zone)
    if (parsed.since or parsed.until) and since >= until:
        raise Unusable(f"--from: {parsed.since or times.text(since)} is not before {parsed.until or times.text(until)}")
    return since, until


def _write(
    parsed: argparse.Namespace, found: Sequence[Cycle], span: _Span, reference: Reference, zone: ZoneInfo
) -> None:
    spans = [span]
    if parsed.beside is not None:
        spans.append(period_beside(instant_of(parsed.beside, "--beside", zone), *span, zone))
    funnels = [funnel(found, *one, parsed.by, zone, parsed.basis) for one in spans]
    name = names_by(parsed.by, reference)
    if parsed.format != "jsonl":
        print(f"{_BASES[parsed.basis]}\n\n{_tables(funnels, name, zone)}")
        return
    for counted in funnels:
        for group in counted.groups if counted.by else (counted.total,):
            write_line(measures.funnel_group(counted, group, name(group.key)))


_BASES = {
    FunnelBasis.COHORT: "basis: cohort, the cycles that began in the period",
    FunnelBasis.PERIOD: "basis: period, the stages that were reached in the period",
}


# --- as tables -------------------------------------------------------------------------------------------------------


def _tables(funnels: Sequence[Funnel], name: Callable[[str | None], str | None], zone: ZoneInfo) -> str:
    """One period as it is; of two, the rows of both below each other."""
    first = funnels[0]
    labels = [""] if len(funnels) == 1 else [f"  {_span(counted, zone)}" for counted in funnels]
    rows: list[tuple[str, Group | None]] = []
    for key in dict.fromkeys(group.key for counted in funnels for group in counted.groups):
        label = name(key) or _UNKNOWN
        groups = [next((one for one in counted.groups if one.key == key), None) for counted in funnels]
        rows += _beside_each_other(label, labels, groups)
    rows += _beside_each_other("total", labels, [counted.total for counted in funnels])
    pairs = [f"{passage.start}>{passage.end}" for passage in first.total.passages]
    return "\n\n".join(
        (
            _table([(first.by or "cycles", [*ORDER])], rows, _volumes),
            _table([("conversion", pairs)], rows, _conversion),
            _table([("days, mean", pairs)], rows, lambda group: _velocity(group, attrgetter("mean"))),
            _table([("days, median", pairs)], rows, lambda group: _velocity(group, attrgetter("median"))),
            _table([("delay", _wide(["to an owner", "to first work"])), ("", ["median", "90%"] * 2)], rows, _delays),
        )
    )


def _beside_each_other(
    label: str, spans: Sequence[str], groups: Sequence[Group | None]
) -> list[tuple[str, Group | None]]:
    if len(groups) == 1:
        return [(label, groups[0])]
    return [(label, None), *zip(spans, (group or EMPTY for group in groups), strict=True)]


def _span(counted: Funnel, zone: ZoneInfo) -> str:
    """The days of a period, the last one among them."""
    last = counted.until - timedelta(microseconds=1)
    return f"{counted.since.astimezone(zone):%Y-%m-%d}/{last.astimezone(zone):%Y-%m-%d}"


def _table(
    heads: Sequence[Row], rows: Iterable[tuple[str, Group | None]], cells: Callable[[Group], Sequence[str]]
) -> str:
    """A row without a group is the head of those below."""
    lines = ((label, cells(group) if group is not None else ()) for label, group in rows)
    return "\n".join(_line(*row) for row in (*heads, *lines))


def _line(label: str, cells: Sequence[str]) -> str:
    name = cut(label, NAME - 1) if sys.stdout.isatty() else label
    return cell(name, max(NAME, width(name) + 1)) + "".join(f"{text:>{CELL}}" for text in cells)


def _wide(heads: Iterable[str]) -> Sequence[str]:
    """Heads over two columns each."""
    return [f"{head:>{2 * CELL}}" for head in heads]


def _volumes(group: Group) -> Sequence[str]:
    return [f"{group.volumes[stage]:,}" for stage in ORDER]


def _conversion(group: Group) -> Sequence[str]:
    return [_UNKNOWN if p.conversion is None else f"{p.conversion:.1%}" for p in group.passages]


def _velocity(group: Group, average: Callable[[Spread], timedelta]) -> Sequence[str]:
    spreads = (passage.velocity for passage in group.passages)
    return [_days(average(spread)) if spread else _UNKNOWN for spread in spreads]


def _delays(group: Group) -> Sequence[str]:
    spreads = (group.system_delay, group.human_delay)
    return [cell for s in spreads for cell in ((_delay(s.median), _delay(s.ninety)) if s else _NONE)]


def _days(took: timedelta) -> str:
    return f"{took / timedelta(days=1):,.1f}"


def _delay(took: timedelta) -> str:
    """In the largest unit of which there is a whole one."""
    for size, unit in _UNITS:
        if took >= size:
            return f"{took / size:,.1f} {unit}"
    return f"{took.total_seconds():.0f} s"
