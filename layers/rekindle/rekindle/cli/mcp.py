"""rekindle mcp: answer programs that speak the Model Context Protocol, over standard input and output."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from rekindle.adapters.history import History
from rekindle.adapters.wire.mcp import Json, Server, Tool
from rekindle.adapters.wire.settings import document as settings_document
from rekindle.adapters.wire.settings import reading
from rekindle.cli.arguments import STANDARD_INPUT, command, may_take_history, takes_settings
from rekindle.cli.play import Unusable, decisions_of, print_refused, settings_of
from rekindle.domain.core.errors import InvalidSettings
from rekindle.runtime.simulation.requests import summary
from rekindle.runtime.simulation.simulator import Simulation
from rekindle.runtime.tools import INSTRUCTIONS, simulation_on_stack, tools_over


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "mcp",
        "answer programs that speak the Model Context Protocol",
        """
          rekindle mcp --stack rekindle-prod
          rekindle mcp --settings settings.yaml history.jsonl
        """,
        "Answer find, person, explain_credit, why_not, metrics, funnel and simulate over standard input and output: on "
        "a deployed stack with your own AWS credentials, or over a history. Nothing is changed.",
    )
    may_take_history(parser)
    takes_settings(parser, optional=True)
    parser.add_argument("--stack", metavar="NAME", help="a deployed stack, in place of a history and its settings")
    parser.set_defaults(run=_mcp)


def _mcp(parsed: argparse.Namespace) -> int:
    if parsed.stack is not None:
        return _of_stack(parsed)
    if parsed.history is None or parsed.settings is None:
        raise Unusable("a history with its --settings is needed, or --stack")
    if STANDARD_INPUT in (parsed.history, parsed.settings):
        raise Unusable("standard input is where requests come from: name files")
    simulation = _played(parsed.history, settings_of(parsed.settings))
    print_refused(simulation)
    simulation.count()
    _serve(
        Server(version("rekindle"), INSTRUCTIONS, tools_over(simulation.use_cases, _over(parsed.history, simulation)))
    )
    return 0


def _of_stack(parsed: argparse.Namespace) -> int:
    from rekindle.runtime.deployed import use_cases_of  # What plays a history needs nothing of AWS.

    if parsed.history is not None or parsed.settings is not None:
        raise Unusable("--stack: a stack has its own history and settings")
    with use_cases_of(parsed.stack) as use:
        _serve(Server(version("rekindle"), INSTRUCTIONS, tools_over(use, simulation_on_stack(use))))
    return 0


def _serve(server: Server) -> None:
    """Until nobody asks any more."""
    for line in sys.stdin.buffer:
        answer = server.answer(line)
        if answer is not None:
            sys.stdout.buffer.write(f"{answer}\n".encode())
            sys.stdout.flush()


def _played(path: Path, document: Mapping[str, Any]) -> Simulation:
    simulation = Simulation(document)
    simulation.keep_ledger()
    with closing(History(path)) as history:
        for _ in decisions_of(simulation, history, "reading"):
            pass
    return simulation


def _over(path: Path, simulation: Simulation) -> Tool:
    """The tool that plays the same history under other settings."""

    def simulate(asked: Mapping[str, Any]) -> Json:
        document = reading.parsed(msgspec.json.encode(asked["settings"]), "application/json")
        faults = settings_document.faults(document)
        if faults:
            raise InvalidSettings([(f"settings.{at}" if at else "settings", message) for at, message in faults])
        other, decisions = Simulation(document), 0
        with closing(History(path)) as history:
            events = len(history)
            for _ in decisions_of(other, history, "simulating", with_bar=False):
                decisions += 1
        return summary(events, decisions, other, simulation)

    return Tool(
        "simulate",
        "Decide the whole history again under other settings: the credit by campaign, beside that under the settings "
        "that the server was started with.",
        {"settings": {"type": "object", "description": "A settings document."}},
        ["settings"],
        simulate,
    )
