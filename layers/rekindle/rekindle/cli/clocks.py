"""rekindle clocks recompute: move the running clocks and stays on tracks of a stack to the settings in force."""

import argparse
import sys

from rekindle.cli.arguments import command, takes_format, takes_stack
from rekindle.cli.lines import write_line
from rekindle.cli.table import minute, write_cells
from rekindle.domain.core import times

_COLUMNS = (18, 16)


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "clocks",
        "move running clocks and tracks to the settings in force",
        """
          rekindle clocks recompute --stack rekindle-prod --dry-run
          rekindle clocks recompute --stack rekindle-prod
        """,
        "A clock keeps the settings that it began with, and whoever is on a track finishes the version of the entry. "
        "This moves them: a clock keeps its start and what it consumed, a stay the touches that it had. Written is "
        "everybody for whom something changes, with what is due next before and after.",
    )
    parser.add_argument("action", choices=["recompute"], help="what to do")
    takes_stack(parser)
    parser.add_argument("--dry-run", action="store_true", help="only write what would change")
    takes_format(parser, "table")
    parser.set_defaults(run=_clocks)


def _clocks(parsed: argparse.Namespace) -> int:
    from rekindle.runtime.deployed import use_cases_of  # The commands that play a history need nothing of AWS.

    as_lines, moved = parsed.format == "jsonl", 0
    with use_cases_of(parsed.stack) as use:
        if not as_lines:
            write_cells(_COLUMNS, "person", "due (UTC)", "then due")
        for one in use.recompute_clocks(dry_run=parsed.dry_run):
            moved += 1
            if as_lines:
                dates = {"due_at": times.optional_text(one.before), "due_at_after": times.optional_text(one.after)}
                write_line({"record": "recomputed", "person_id": one.person_id, **dates, "dry_run": parsed.dry_run})
            else:
                cells = [minute(at) if at is not None else "-" for at in (one.before, one.after)]
                write_cells(_COLUMNS, one.person_id, *cells)
    print(f"{moved:,} people{' would be' if parsed.dry_run else ''} moved.", file=sys.stderr)
    return 0
