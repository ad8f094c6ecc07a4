"""rekindle recount: what campaigns brought, counted from everything that a deployed stack has stored.

Exit status 1 where `--check` finds a campaign that was counted otherwise.
"""

import argparse
import sys

from rekindle.adapters.wire.views import measures
from rekindle.cli.arguments import command, takes_format, takes_stack
from rekindle.cli.lines import write_line
from rekindle.cli.measured import write_metrics, write_shares
from rekindle.cli.play import Unusable
from rekindle.domain.core import times
from rekindle.domain.measures.metrics import CountedAs
from rekindle.domain.measures.points import models_of
from rekindle.runtime.use_cases import UseCases

_KINDS = ("metric", "share")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "recount",
        "count what campaigns brought, from what a stack has stored",
        """
          rekindle recount --stack rekindle-prod
          rekindle recount --stack rekindle-prod --records share --format table
          rekindle recount --stack rekindle-prod --check
        """,
        "Read the tables of a stack once, and write the metrics of each campaign, or the shares of each won "
        "opportunity, under the settings in force. Nothing is written to the stack.",
    )
    takes_stack(parser)
    parser.add_argument(
        "--records", default="metric", metavar="KINDS", help="what to write, with a comma: metric (default), share"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="only compare with what the stack counted last, and write the campaigns that differ",
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
        if parsed.check:
            return _check(use)
        document = use.ports.reference.settings().document
        found = use.count_measures(CountedAs.of(document))
    if "metric" in kinds:
        write_metrics(found, as_lines=as_lines)
    if "share" in kinds:
        write_shares(found, models_of(document), as_lines=as_lines)
    return 0


def _check(use: UseCases) -> int:
    """The campaigns whose metrics differ, as they are now; what was counted last says when that was."""
    differ = 0
    for now, before in use.count_campaigns.differing():
        differ += 1
        write_line(measures.counted_campaign(now))
        counted = f"counted otherwise at {times.text(before.counted_at)}" if before is not None else "not counted yet"
        print(f"{now.metrics.campaign_id}: {counted}", file=sys.stderr)
    return 1 if differ else 0
