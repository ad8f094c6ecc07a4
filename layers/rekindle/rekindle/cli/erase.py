"""rekindle erase: remove the texts about a person from every place of a stack."""

import argparse
import sys
from urllib.parse import quote

from rekindle.cli.arguments import command, takes_stack
from rekindle.cli.lines import write_line


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "erase",
        "erase a person from a stack",
        "  rekindle erase --stack rekindle-prod --person 00Q5e00000A1b2CEAR",
        "Remove name, addresses, numbers and all other texts about a person, and about those merged into it, from "
        "every table and queue. Decisions stay without them. The line says what was erased; a second call writes the "
        "same line.",
    )
    takes_stack(parser)
    parser.add_argument("--person", required=True, metavar="ID", help="id of the lead or contact")
    parser.set_defaults(run=_erase)


def _erase(parsed: argparse.Namespace) -> int:
    """Exit status 1 for a person nobody knows."""
    from rekindle.adapters.aws.calls import Calls
    from rekindle.domain.core.errors import NotFound

    calls = Calls(parsed.stack, "ErasePeopleFunctionName")
    try:
        erased = calls("DELETE", f"/people/{quote(parsed.person, safe='')}")
    except NotFound as unknown:
        print(unknown.message, file=sys.stderr)
        return 1
    write_line(erased)
    if erased["state"] != "erased":
        print("The erasure goes on in the stack: call again to see how far it is.", file=sys.stderr)
    return 0
