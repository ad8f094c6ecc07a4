"""What a newcomer wants to see: for each person the crossing, the response chosen and why; then the credit."""

import json
import os
import shutil
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.settings.settings import Scenario
from tests.local_cloud.history import Line
from tests.local_cloud.stack import Kept, Stack, detail_with_time

NARROWEST, WIDEST = 60, 96
PEOPLE = 12
"""How many people are told of; ALL=1 tells of everybody."""
LOSERS = 3
DECISIONS = 8
"""How many decisions of one person are told of."""

_COLOURED = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if _COLOURED else text


def bold(text: str) -> str:
    return _painted(text, "1")


def faint(text: str) -> str:
    return _painted(text, "2")


def green(text: str) -> str:
    return _painted(text, "32")


def yellow(text: str) -> str:
    return _painted(text, "33")


def red(text: str) -> str:
    return _painted(text, "31")


def width() -> int:
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, NARROWEST), WIDEST)


def heading(text: str) -> str:
    return f"\n{bold(text)} {faint('─' * (width() - len(text) - 1))}"


def wrapped(text: str, indent: int) -> Iterator[str]:
    space = " " * indent
    return iter(textwrap.wrap(text, width(), initial_indent=space, subsequent_indent=space))


# ---- people -----------------------------------------------------------------------------------


def known_fields(decisions: Sequence[Decision], everybody: bool) -> list[str]:
    """The people to tell of, those whose story begins first."""
    people = list(dict.fromkeys(d.person_id for d in decisions if _worth_telling(d)))
    return people if everybody else people[:PEOPLE]


def _worth_telling(decision: Decision) -> bool:
    return decision.activates or decision.scenario is Scenario.SCORE


def people(stack: Stack, decisions: Sequence[Decision], everybody: bool) -> Iterator[str]:
    yield heading("People")
    shown = known_fields(decisions, everybody)
    names = stack.campaign_names()
    by_person: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if _worth_telling(decision):
            by_person[decision.person_id].append(decision)
    if not shown:
        yield "No score crossed the threshold, and no response became active."
    for person_id in shown:
        yield from _person(stack, person_id, by_person[person_id], names)
    if len(by_person) > len(shown):
        yield f"\n{faint(f'… and {len(by_person) - len(shown):,} more people; ALL=1 tells of everybody.')}"


def _person(stack: Stack, person_id: str, decisions: Sequence[Decision], names: Mapping[str, str]) -> Iterator[str]:
    person = stack.api.get("people", person_id).json()
    named = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    company = f", {person['company']}" if person.get("company") else ""
    yield f"\n{bold(named or person_id)}{company}{faint(f' ({person_id})') if named else ''}"
    for decision in decisions[:DECISIONS]:
        yield from _decision(stack.api.get("decisions", decision.decision_id).json(), names)
    if len(decisions) > DECISIONS:
        yield faint(f"  … and {len(decisions) - DECISIONS} more decisions")


def _decision(told: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    skipped = told["outcome"] == Outcome.SKIPPED
    date = told["as_of"][:10]
    if told["scenario"] == Scenario.SCORE:
        before = "none" if told["previous_score"] is None else f"{told['previous_score']:g}"
        trigger = f"score {before} → {told['score']:g}"
    else:
        trigger = "a response arrived"
    if skipped:
        result = faint(f"· nothing done ({told['reason']})")
    else:
        paint = yellow if told["outcome"] == Outcome.INSERTED_DEFAULT else green
        name = names.get(told["campaign_id"], told["campaign_id"])
        result = f"{paint(f'✓ {name}')} {faint(f'({told["outcome"].replace("_", " ")})')}"
    yield f"  {date}  {trigger:<18}  {result}"
    for line in wrapped(told["explanation"], 14):
        yield line
    losers = [one for one in told["considered"] if one["excluded"]]
    for one in losers[:LOSERS]:
        name = names.get(one["campaign_id"], one["campaign_id"])
        dated = (one["responded_at"] or "")[:10]
        for line in wrapped(f"not {name} of {dated}: {one['why']}", 16):
            yield faint(line)
    if len(losers) > LOSERS:
        yield faint(f"{'':16}… and {len(losers) - LOSERS} more")


# ---- credit -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Credit:
    """What the campaigns got: by campaign, and how it came about."""

    total: Counter[str]
    reactivated: Counter[str]
    activated: Counter[str]
    default: Counter[str]


def credit_of(decisions: Iterable[Decision]) -> Credit:
    """Each active response counts once. One that was replaced by an earlier response that arrived late counts for
    that one: the search would have chosen it."""
    found = Credit(Counter(), Counter(), Counter(), Counter())
    held: dict[tuple[str, int | None], Decision] = {}
    for decision in sorted((d for d in decisions if d.activates), key=lambda d: d.decided_at):
        held[decision.person_id, decision.cycle] = decision
    for decision in held.values():
        campaign = decision.campaign_id or ""
        found.total[campaign] += 1
        kind = found.activated
        if decision.outcome is Outcome.INSERTED_DEFAULT:
            kind = found.default
        elif decision.scenario is not Scenario.RESPONSE or decision.activated_at != decision.as_of:
            kind = found.reactivated
        kind[campaign] += 1
    return found


def credit_table(credit: Credit, names: Mapping[str, str]) -> Iterator[str]:
    yield heading("Credit by campaign")
    if not credit.total:
        yield "No campaign got credit."
        return
    heads = ("credits", "reactivated", "activated", "default")
    counters = (credit.total, credit.reactivated, credit.activated, credit.default)
    room = width() - sum(len(head) + 2 for head in heads)
    longest = max(len(names.get(c, c)) for c in credit.total)
    column = max(len("campaign"), min(longest, room - 12))
    bars = min(room - column - 2, 24)
    yield faint(f"{'campaign':<{column}}" + "".join(f"  {head:>{len(head)}}" for head in heads))
    most = max(credit.total.values())
    for campaign in sorted(credit.total, key=lambda c: (-credit.total[c], c)):
        name = textwrap.shorten(names.get(campaign, campaign), column, placeholder="…")
        cells = "".join(f"  {_number(c[campaign]):>{len(h)}}" for h, c in zip(heads, counters, strict=True))
        bar = "▇" * max(1, round(bars * credit.total[campaign] / most)) if bars > 3 else ""
        yield f"{name:<{column}}{cells}  {green(bar)}"
    totals = "".join(f"  {c.total():>{len(h)},}" for h, c in zip(heads, counters, strict=True))
    yield bold(f"{'total':<{column}}{totals}")


def _number(value: int) -> str:
    return f"{value:,}" if value else "·"


# ---- facts ------------------------------------------------------------------------------------


def facts(stack: Stack, sent: int, decisions: Sequence[Decision], refused: Sequence[Kept]) -> Iterator[str]:
    counted = stack.counts()
    heard = Counter(event["detail"]["event_id"] for event in stack.heard)
    again = sum(heard.values()) - len(heard)
    yield heading("Facts")
    refusals = red(f"{len(refused):,} refused") if refused else "0 refused"
    yield f"in   {sent:,} facts sent, {refusals}, {counted['Applied']:,} records written"
    yield f"     changes dropped: {counted['Older']:,} older than the last applied, {counted['Duplicate']:,} duplicate"
    crossed = sum(d.scenario is Scenario.SCORE for d in decisions)
    yield f"     {len(decisions):,} decisions, {crossed:,} of them because a score crossed its threshold"
    twice = f"{again:,} of them again under the same id" if again else "each once"
    yield f"out  {len(stack.heard):,} events heard on the bus, {twice}"
    for kind, number in sorted(Counter(event["detail-type"] for event in stack.heard).items()):
        yield f"     {number:,} {kind}"


def refusals(refused: Sequence[Kept], lines: Sequence[Line]) -> Iterator[str]:
    """Why, with the number of the line that was refused."""
    if not refused:
        return
    numbers: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        numbers[_content(line.kind, detail_with_time(line.envelope))].append(line.number)
    yield heading("Refused")
    told = []
    for kept in refused:
        number, what = 0, "a message"
        try:
            envelope = json.loads(kept.body)
            what = envelope.get("detail-type", what)
            number = numbers[_content(what, envelope.get("detail"))].pop(0)
        except (ValueError, IndexError, AttributeError):
            pass
        told.append((number, what, kept.reason))
    for number, what, reason in sorted(told):
        place = f"line {number}, " if number else ""
        for text in wrapped(f"{place}{what}: {reason}", 0):
            yield red(text)


def _content(kind: str, detail: object) -> str:
    return f"{kind} {json.dumps(detail, sort_keys=True)}"


# ---- the way on -------------------------------------------------------------------------------


def way_on(stack: Stack, decisions: Sequence[Decision]) -> Iterator[str]:
    someone = next(iter(known_fields(decisions, False)), None)
    parts = ("people", someone, "decisions") if someone else ("health",)
    yield heading("The API")
    yield f"{stack.api.base}"
    yield f"To read in a browser: {stack.api.url('docs')}"
    yield faint("Requests are signed, as on AWS. Try:")
    yield from requested(stack, parts)
    yield faint("Send an event:")
    yield from sent(stack)
    yield faint("Look into what failed; without --dry-run it is sent again:")
    yield redriven(stack)


def requested(stack: Stack, parts: Sequence[str]) -> Iterator[str]:
    yield f"  curl -s --aws-sigv4 aws:amz:{stack.api.region}:execute-api --user test:test \\"
    yield f"    {stack.api.url(*parts)}"


def sent(stack: Stack) -> Iterator[str]:
    """A request to the bus, which needs no other program than that for the API."""
    detail = json.dumps({"person_id": "lead-new", "first_name": "Ida", "score": 70})
    entry = {"EventBusName": stack.outputs["EventBusName"], "Source": "demo.crm", "DetailType": "Person Changed"}
    yield f"  curl -s --aws-sigv4 aws:amz:{stack.api.region}:events --user test:test \\"
    yield "    -H 'content-type: application/x-amz-json-1.1' -H 'x-amz-target: AWSEvents.PutEvents' \\"
    yield f"    -d '{json.dumps({'Entries': [{**entry, 'Detail': detail}]})}' \\"
    yield f"    {stack.cloud.endpoint}"


def redriven(stack: Stack) -> str:
    keys = f"AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION={stack.api.region}"
    return f"  AWS_ENDPOINT_URL={stack.cloud.endpoint} {keys} .venv/bin/rekindle redrive --stack {stack.name} --dry-run"
