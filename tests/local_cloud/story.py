"""What a newcomer wants to see: for each person the crossing, the response chosen and why; then the credit."""

import io
import json
import os
import shutil
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rekindle.cli.main import main as rekindle
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.settings.settings import Scenario
from tests.local_cloud.history import Line
from tests.local_cloud.stack import Kept, Stack, detail_with_time

EVENTS = Path(__file__).parents[2] / "events"
NARROWEST, WIDEST = 60, 96
PEOPLE = 12
"""How many people are shown, and of each of them how many decisions; ALL=1 shows all."""
LOSERS = 3
DECISIONS = 8

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
    """The people to show, those whose story begins first."""
    return list(shown_decisions(decisions, everybody))


def shown_decisions(decisions: Sequence[Decision], everything: bool) -> Mapping[str, Sequence[Decision]]:
    """The decisions to show, by person."""
    found: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if everything or decision.activates or decision.scenario is Scenario.SCORE:
            found[decision.person_id].append(decision)
    if everything:
        return found
    return {person_id: found[person_id][:DECISIONS] for person_id in list(found)[:PEOPLE]}


def people(stack: Stack, decisions: Sequence[Decision], everything: bool) -> Iterator[str]:
    yield heading("People")
    shown = shown_decisions(decisions, everything)
    names = stack.campaign_names()
    if not shown:
        yield "No score crossed the threshold, and no response became active."
    for person_id, of_person in shown.items():
        yield from _person(stack, person_id, of_person, names)
    yield f"\n{faint(how_many(decisions, shown))}"


def how_many(decisions: Sequence[Decision], shown: Mapping[str, Sequence[Decision]]) -> str:
    everybody = {decision.person_id for decision in decisions}
    of_decisions = f"{sum(map(len, shown.values())):,} of {len(decisions):,} decisions"
    of_people = f"{len(shown):,} of {len(everybody):,} people"
    return f"Shown are {of_decisions}, about {of_people}. ALL=1 shows all."


def _person(stack: Stack, person_id: str, decisions: Sequence[Decision], names: Mapping[str, str]) -> Iterator[str]:
    person = stack.api.get("people", person_id).json()
    named = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    company = f", {person['company']}" if person.get("company") else ""
    opted_out = f", {yellow('opted out')}" if person.get("do_not_contact") else ""
    yield f"\n{bold(named or person_id)}{company}{faint(f' ({person_id})') if named else ''}{opted_out}"
    told = [(d.as_of, [*_decision(stack.api.get("decisions", d.decision_id).json(), names)]) for d in decisions]
    entries = stack.api.get("people", person_id, "timeline", limit="100").json()["items"]
    told += [(times.instant(entry["at"]), [line]) for entry in entries for line in entry_of(entry, names)]
    for _, lines in sorted(told, key=lambda one: one[0]):
        yield from lines


def entry_of(entry: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """What changed a person's way besides decisions: a deal that was won, another record that became this one."""
    match entry:
        case {"kind": "stage_reached", "stage": Stage.WON}:
            amount = "" if entry["amount"] is None else f" {entry['amount']:,.15g} {entry['currency'] or ''}".rstrip()
            campaign = names.get(entry["campaign_id"], entry["campaign_id"])
            result = f"{green(f'✓ {campaign}')} {faint(f'(won{amount})')}"
            yield f"  {entry['at'][:10]}  {'a deal was won':<18}  {result}"
        case {"kind": "merged"}:
            how = "converted" if entry["converted"] else "merged"
            yield f"  {entry['at'][:10]}  {how:<18}  {faint(f'· {entry["merged_id"]} is this person')}"


_TRIGGERS = {
    Scenario.RESPONSE: "a response arrived",
    Scenario.ACTIVE_STATUS: "a status is active",
    Scenario.INVOCABLE: "a flow requested it",
    Scenario.RESPONSE_PROMPT: "a user prompted it",
}


def _decision(told: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    skipped = told["outcome"] == Outcome.SKIPPED
    date = told["as_of"][:10]
    if told["scenario"] == Scenario.SCORE:
        before = "none" if told["previous_score"] is None else f"{told['previous_score']:g}"
        trigger = f"score {before} → {told['score']:g}"
    else:
        trigger = _TRIGGERS[told["scenario"]]
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


def ways() -> Iterator[str]:
    """A lead that nobody accepts in time, its way back, and what it gets as a customer. It takes five weeks, so it is
    simulated."""
    history, settings = EVENTS / "lifecycle.jsonl", EVENTS / "lifecycle.yaml"
    command = ["simulate", "--settings", str(settings), "--records", "transition,touch,recycle", "--format", "table"]
    written = io.StringIO()
    with redirect_stdout(written), redirect_stderr(io.StringIO()):
        rekindle([*command, str(history)])
    yield heading("What time does to a lead (rekindle simulate, events/lifecycle.jsonl)")
    yield from written.getvalue().rstrip().splitlines()


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
