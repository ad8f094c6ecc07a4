"""rekindle recount: what campaigns brought, counted from everything that a deployed stack has stored."""

import argparse

from rekindle.cli.arguments import command, takes_format, takes_stack
from rekindle.cli.measured import write_metrics, write_shares
from rekindle.cli.play import Unusable
from rekindle.domain.measures.metrics import CountedAs
from rekindle.domain.measures.points import models_of

_KINDS = ("metric", "share")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "recount",
        "count what campaigns brought, from what a stack has stored",
        """
          rekindle recount --stack rekindle-prod
          rekindle recount --stack rekindle-prod --records share --format table
        """,
        "Read the tables of a stack once, and write the metrics of each campaign, or the shares of each won "
        "opportunity, under the settings in force. Nothing is written to the stack.",
    )
    takes_stack(parser)
    parser.add_argument(
        "--records", default="metric", metavar="KINDS", help="what to write, with a comma: metric (default), share"
    )
    takes_format(parser, "jsonl")
    parser.set_defaults(run=_recount)


def _recount(parsed: argparse.Namespace) -> int:
    from rekindle.runtime.deployed import use_cases_of  # The commands that play a history need nothing of AWS.

    kinds = {kind.strip() for kind in parsed.records.split(",")}
    for kind in sorted(kinds - set(_KINDS)):
        raise Unusable(f"--records: there is no kind of record {kind!r}; there are {', '.join(_KINDS)}")
    as_lines = parsed.format == "jsonl"
    with use_cases_of(parsed.stack) as use:
        document = use.ports.reference.settings().document
        found = use.count_measures(CountedAs.of(document))
    if "metric" in kinds:
        write_metrics(found, as_lines=as_lines)
    if "share" in kinds:
        write_shares(found, models_of(document), as_lines=as_lines)
    return 0
