"""Statements of closed months as files: JSON of which every byte is determined."""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField, Malformed
from rekindle.domain.lifecycle.journey import ORDER
from rekindle.domain.measures.books import (
    Adjustment,
    Cause,
    ClosedRecord,
    KnownHistory,
    Line,
    Measure,
    MonthTotals,
    PreviousStatement,
    SettingsInForce,
    Statement,
    StoredState,
    without_zeros,
)
from rekindle.domain.measures.money import amount_of, minor_units

Json = dict[str, Any]

FORMAT = 1
MONTH = re.compile(r"(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
Named = Callable[[str], str]
"""What a campaign is called."""


def written(statement: Statement, name: Named) -> bytes:
    """The statement as a file."""
    return json.dumps(shown(statement, name), indent=1, ensure_ascii=False).encode() + b"\n"


def month_named(text: str) -> str:
    """Raises InvalidField."""
    if MONTH.fullmatch(text) is None:
        raise InvalidField("expected a month such as 2026-03", "period")
    return text


def listed(body: bytes) -> Json:
    """A statement as one of many. Raises Malformed."""
    content = read(body)
    stack, previous = content.get("stack"), content["previous"]
    return {
        "period": content["period"],
        "closed_at": stack["closed_at"] if stack else None,
        "sha256": sha256(body).hexdigest(),
        "previous_sha256": previous["sha256"] if previous else None,
        "decisions": content["decisions"]["count"],
        "adjustments": len(content["adjustments"]),
    }


def shown(statement: Statement, name: Named) -> Json:
    totals = _totals(statement.totals)
    return {
        "record": "statement",
        "format": FORMAT,
        "period": statement.month,
        "from": times.text(statement.since),
        "to": times.text(statement.until),
        "time_zone": statement.time_zone,
        **_known(statement.known),
        "settings": [{"version": one.version, "sha256": one.sha256} for one in statement.settings],
        "decisions": {"count": statement.decisions.count, "sha256": statement.decisions.sha256},
        **totals,
        "previous": _previous(statement.previous) if statement.previous is not None else None,
        "adjustments": [adjustment(one, name) for one in statement.adjustments],
        "brought_forward": [
            {"period": month, **_totals(held)}
            for month, held in sorted((statement.previous.closed if statement.previous else {}).items())
        ],
    }


def _known(known: KnownHistory | StoredState) -> Json:
    """The events of a history, or what a stack had stored."""
    if isinstance(known, KnownHistory):
        return {"history": {"events": known.events, "sha256": known.sha256}}
    stored = {"closed_at": times.text(known.at), "records": {"count": known.records, "sha256": known.sha256}}
    return {"history": None, "stack": stored}


def _previous(previous: PreviousStatement) -> Json:
    return {
        "period": previous.month,
        "sha256": previous.sha256,
        **_known(previous.known),
        "settings_sha256": previous.settings_sha256,
    }


def _totals(totals: MonthTotals) -> Json:
    return {
        "volumes": {stage.value: totals.get(Line(Measure.VOLUME, stage.value), 0) for stage in ORDER},
        "credit": [{"campaign_id": line.campaign_id, "credit": units} for line, units in _of(Measure.CREDIT, totals)],
        "shares": [
            {
                "model": line.name,
                "campaign_id": line.campaign_id or None,
                "currency": line.currency or None,
                "amount": amount_of(units, line.currency),
            }
            for line, units in _of(Measure.SHARE, totals)
        ],
    }


def _of(measure: Measure, totals: MonthTotals) -> Iterable[tuple[Line, int]]:
    return ((line, units) for line, units in sorted(totals.items()) if line.measure is measure)


def adjustment(one: Adjustment, name: Named) -> Json:
    line = one.line
    return {
        "period": one.month,
        "measure": line.measure.value,
        "stage": line.name if line.measure is Measure.VOLUME else None,
        "model": line.name if line.measure is Measure.SHARE else None,
        "campaign_id": line.campaign_id or None,
        "currency": line.currency or None,
        "before": _value(line, one.before),
        "after": _value(line, one.after),
        "change": _value(line, one.after - one.before),
        "cause": one.cause,
        "records": list(one.record_ids),
        "text": _text(one, name),
    }


def _value(line: Line, units: int) -> float:
    return amount_of(units, line.currency) if line.measure is Measure.SHARE else units


def _text(one: Adjustment, name: Named) -> str:
    """Such as: 2026-03, Webinar 42 → 41: people merged on 2026-05-12."""
    line = one.line
    campaign = name(line.campaign_id) if line.campaign_id else "no campaign"
    match line.measure:
        case Measure.VOLUME:
            what = line.name
        case Measure.CREDIT:
            what = campaign
        case Measure.SHARE:
            what = ", ".join(part for part in (campaign, line.name, line.currency) if part)
    return f"{one.month}, {what} {_value(line, one.before):,} → {_value(line, one.after):,}: {one.cause}"


# --- read again ------------------------------------------------------------------------------------------------------


def read(body: bytes) -> Json:
    """A statement's file. Raises Malformed."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("this is no statement: it is not JSON") from None
    if not isinstance(content, dict) or content.get("record") != "statement":
        raise Malformed("this is no statement")
    if content.get("format") != FORMAT:
        raise Malformed(f"this statement is of another format than {FORMAT}")
    try:
        if MONTH.fullmatch(content["period"]) is None:
            raise ValueError("no month")
        _known_of(content)
        settings_of(content)
        closed_by(content)
        _previous_of(content)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise Malformed(f"this statement is damaged: {error}") from None
    return content


def previous(body: bytes) -> PreviousStatement:
    """The statement before, of which a new one is made. Raises Malformed."""
    content = read(body)
    return PreviousStatement(
        content["period"],
        sha256(body).hexdigest(),
        _known_of(content),
        settings_of(content)[-1].sha256,
        closed_by(content),
        settings_of(content)[-1].version,
    )


def previous_of(body: bytes) -> PreviousStatement | None:
    """What a statement itself says of the one before, so that it can be made again with nothing else. Raises
    Malformed."""
    return _previous_of(read(body))


def _previous_of(content: Json) -> PreviousStatement | None:
    if content["previous"] is None:
        return None
    known = content["previous"]
    closed = {one["period"]: _totals_of(one) for one in content["brought_forward"]}
    return PreviousStatement(known["period"], known["sha256"], _known_of(known), known["settings_sha256"], closed)


def closed_by(content: Json) -> dict[str, dict[Line, int]]:
    """The months that are closed with a statement, as they stand with its adjustments."""
    closed = {one["period"]: _totals_of(one) for one in content["brought_forward"]}
    for one in content["adjustments"]:
        line = _line_of(one)
        totals = closed[one["period"]]
        totals[line] = totals.get(line, 0) + _units(line, one["after"]) - _units(line, one["before"])
    return {
        month: without_zeros(totals) for month, totals in {**closed, content["period"]: _totals_of(content)}.items()
    }


def known_of(body: bytes) -> KnownHistory | StoredState:
    """What was known when a statement was made. Raises Malformed."""
    return _known_of(read(body))


def _known_of(content: Json) -> KnownHistory | StoredState:
    history = content["history"]
    if history is not None:
        return KnownHistory(int(history["events"]), str(history["sha256"]))
    stack = content["stack"]
    records = stack["records"]
    return StoredState(times.instant(stack["closed_at"]), int(records["count"]), str(records["sha256"]))


def settings_in(body: bytes) -> tuple[SettingsInForce, ...]:
    """Those that a statement names. Raises Malformed."""
    return settings_of(read(body))


def settings_of(content: Json) -> tuple[SettingsInForce, ...]:
    found = tuple(SettingsInForce(int(one["version"]), str(one["sha256"])) for one in content["settings"])
    if not found:
        raise ValueError("no settings")
    return found


def adjustments_of(body: bytes) -> list[Adjustment]:
    """Raises Malformed."""
    found = []
    for one in read(body)["adjustments"]:
        line = _line_of(one)
        before, after = _units(line, one["before"]), _units(line, one["after"])
        found.append(Adjustment(one["period"], line, before, after, one["cause"], tuple(one["records"])))
    return found


def _totals_of(content: Json) -> dict[Line, int]:
    lines: Iterable[tuple[Line, float]] = [
        *((Line(Measure.VOLUME, stage), count) for stage, count in content["volumes"].items()),
        *((Line(Measure.CREDIT, "", one["campaign_id"]), one["credit"]) for one in content["credit"]),
        *(
            (Line(Measure.SHARE, one["model"], one["campaign_id"] or "", one["currency"] or ""), one["amount"])
            for one in content["shares"]
        ),
    ]
    return without_zeros({line: _units(line, value) for line, value in lines})


def _line_of(content: Json) -> Line:
    measure = Measure(content["measure"])
    name = content["stage"] if measure is Measure.VOLUME else content["model"]
    return Line(measure, name or "", content["campaign_id"] or "", content["currency"] or "")


def _units(line: Line, value: float) -> int:
    return minor_units(value, line.currency) if line.measure is Measure.SHARE else int(value)


# --- what the next closing compares with ------------------------------------------------------------------------------


def written_records(kept: Iterable[ClosedRecord]) -> bytes:
    """As JSON Lines in gzip, a line a record. The same records are the same bytes."""
    lines = (json.dumps(_kept(one), separators=(",", ":"), ensure_ascii=False) for one in kept)
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(errors="surrogatepass"), mtime=0)


def _kept(one: ClosedRecord) -> list[Any]:
    parts = [[month, *line, units] for month, line, units in one.parts]
    return [one.record_id, parts, [[rank, times.text(at), what] for rank, at, what in sorted(one.causes)]]


def read_records(body: bytes) -> Iterator[ClosedRecord]:
    for line in gzip.decompress(body).splitlines():
        record_id, parts, causes = json.loads(line)
        yield ClosedRecord(
            record_id,
            tuple((month, Line(Measure(measure), *names), units) for month, measure, *names, units in parts),
            frozenset(Cause(rank, times.instant(at), what) for rank, at, what in causes),
        )
