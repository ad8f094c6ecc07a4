"""rekindle explain: why a person's campaigns got the credit, and why others did not."""

import argparse
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from rekindle.adapters.history import History
from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.views import decisions
from rekindle.cli.arguments import command, takes_history, takes_settings
from rekindle.cli.columns import in_one_line, terminal
from rekindle.cli.lines import write_line
from rekindle.cli.play import decisions_of, instant_of, settings_of, zone_of
from rekindle.domain.measures.credit import names_of
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.simulation.simulator import Simulation

_END_OF_DAY = "23:59:59.999"
"""An explanation up to a day includes that day."""
Json = dict[str, Any]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "explain",
        "say why a person's campaigns got the credit, and why not others",
        """
          rekindle explain --settings s.yaml --person 00Q5e00000A1b2C history.jsonl
          rekindle explain --settings s.yaml --person lead-7 --at 2026-03-31 history.jsonl
          rekindle explain --settings s.yaml --format jsonl --person lead-7 history.jsonl
        """,
    )
    takes_history(parser)
    takes_settings(parser)
    parser.add_argument("--person", required=True, metavar="ID", help="a lead or a contact, by any of its ids")
    parser.add_argument("--at", metavar="TIME", help="only the decisions up to this day or time")
    parser.add_argument("--format", choices=("text", "jsonl"), default="text", help="default: text")
    parser.set_defaults(run=_explain)


def _explain(parsed: argparse.Namespace) -> int:
    """Exit status 1 for a person whom the history does not name."""
    document = settings_of(parsed.settings)
    until = instant_of(parsed.at, "--at", zone_of(document), _END_OF_DAY) if parsed.at is not None else None
    person_id = ids.widened_if(ids.PERSON, parsed.person)
    with closing(History(parsed.history)) as history:
        decisions, everybody = _decisions(document, history, [person_id], until)
        if everybody and list(everybody) != [person_id]:
            # That two records are one person is known at the end of the history: it is read again with both in mind.
            decisions, _ = _decisions(document, history, everybody, until)
    if not decisions and not everybody:
        print(f"rekindle: nobody in this history has the id {parsed.person!r}", file=sys.stderr)
        return 1
    for decision in decisions:
        if parsed.format == "jsonl":
            write_line(decision)
        else:
            _print(decision, with_person=len(everybody) > 1)
    if not decisions:
        when = f" up to {parsed.at}" if parsed.at is not None else ""
        print(f"There is no decision about {parsed.person!r}{when}.", file=sys.stderr)
    return 0


def _decisions(
    document: Mapping[str, Any], history: History, people: Sequence[str], until: datetime | None
) -> tuple[Sequence[Json], Sequence[str]]:
    """The explained decisions on some records of a person, as the API shows them, each candidate with its campaign's
    name; and all records that are this person at the end of the history: none where there is no such person."""
    simulation = Simulation(document)
    shown: list[Json] = []
    for explanation in decisions_of(simulation, history, "reading"):
        decision = explanation.decision
        if decision.person_id in people and (until is None or decision.as_of <= until):
            shown.append(_shown(explanation, simulation))
    return shown, _records_of(people[0], simulation)


def _shown(explanation: Explanation, simulation: Simulation) -> Json:
    reference = simulation.use_cases.ports.reference
    name = names_of(reference.campaign)
    decision = decisions.decision(explanation, reference.settings())
    for candidate in decision["considered"]:
        candidate["campaign_name"] = name(candidate["campaign_id"])
    del decision["replay"]  # A simulation makes each decision once.
    return decision


def _records_of(person_id: str, simulation: Simulation) -> Sequence[str]:
    person = simulation.use_cases.ports.people.get(person_id)
    while person is not None and person.merged_into is not None:
        person = simulation.use_cases.ports.people.get(person.merged_into)
    return [person.person_id, *person.merged_ids] if person is not None else []


def _print(decision: Json, *, with_person: bool) -> None:
    whose = f"{decision['person_id']}: " if with_person else ""
    _print_text(f"{whose}{decision['explanation']}", "")
    for verdict in _verdicts(decision):
        _print_text(verdict, "  ")


def _verdicts(decision: Json) -> Iterator[str]:
    for one in decision["considered"]:
        known = (one["response_id"], (one["class"] or "").replace("_", " "), one["responded_at"])
        verdict = f"{one['excluded']}: {one['why']}" if one["excluded"] else "got the credit"
        yield f"{one['campaign_name']} ({', '.join(filter(None, known))}) - {verdict}"


def _print_text(text: str, indent: str) -> None:
    """As wide as the terminal; in one line where a program reads it."""
    text = in_one_line(text)
    if not sys.stdout.isatty():
        print(f"{indent}{text}")
        return
    further = f"{indent}  "
    print(textwrap.fill(text, terminal(), initial_indent=indent, subsequent_indent=further, break_on_hyphens=False))
