"""rekindle backfill and rekindle undo: past crossings decided in a batch, and the batch undone."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from rekindle.adapters.wire.views import decisions
from rekindle.cli.arguments import command, counted, takes_stack
from rekindle.cli.credit import credit_table
from rekindle.cli.lines import write_line
from rekindle.domain.measures.credit import names_of
from rekindle.domain.reactivation.batch import Batch
from rekindle.runtime.use_cases import UseCases

LONGEST_ID = 128


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "backfill",
        "decide past crossings that nobody noticed, in a batch",
        """
          rekindle backfill --stack rekindle-prod --dry-run
          rekindle backfill --stack rekindle-prod --batch threshold-55
        """,
        "Decide the crossings of scores that are above the threshold now in force without having crossed "
        "it, because it was changed: each as of the instant at which the score rose. What was interrupted is gone on "
        "with by naming the batch again.",
    )
    takes_stack(parser)
    parser.add_argument("--batch", type=_batch_id, metavar="ID", help="name of the batch (default: the time)")
    parser.add_argument("--dry-run", action="store_true", help="decide everything, write nothing")
    parser.set_defaults(run=partial(_on_stack, _backfill), unread=1)
    parser = command(
        commands,
        "undo",
        "undo the activations of a batch",
        """
          rekindle undo --stack rekindle-prod --batch threshold-55 --dry-run
        """,
        "Restore what was there before each activation of a batch, and leave alone where life went on: "
        "each line says which, and why.",
    )
    takes_stack(parser)
    parser.add_argument("--batch", required=True, type=_batch_id, metavar="ID", help="the batch to undo")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be undone")
    parser.set_defaults(run=partial(_on_stack, _undo), unread=1)


def _on_stack(run: Callable[[argparse.Namespace, UseCases], int], parsed: argparse.Namespace) -> int:
    from rekindle.runtime.deployed import use_cases_of  # The commands that play a history need nothing of AWS.

    with use_cases_of(parsed.stack) as use:
        return run(parsed, use)


def _batch_id(written: str) -> str:
    if not (0 < len(written) <= LONGEST_ID and written.isprintable()):
        raise argparse.ArgumentTypeError(f"a batch is named by 1 to {LONGEST_ID} characters that can be printed")
    return written


def _backfill(parsed: argparse.Namespace, use: UseCases) -> int:
    """Exit status 1 where somebody could not be decided about yet."""
    batch_id = parsed.batch or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    begun = False
    for step in use.backfill_crossings(batch_id, dry_run=parsed.dry_run):
        batch = step.batch
        if not begun:
            begun = True
            _say(_begun(batch, parsed.dry_run))
        for decision in step.decisions:
            write_line(decisions.decision(use.show_records.explained(decision), listed=decisions.LISTED))
        _draw(f"{counted(batch.read, 'score')} read, {counted(sum(batch.outcomes.values()), 'decision')}")
    _draw("")
    _say(f"{batch.activations:,} activated, {sum(batch.skipped.values()):,} skipped{_by(batch.skipped)}.")
    _credit(batch.credit, use)
    if batch.waiting:
        _say(f"{_changing(len(batch.waiting))}: name the batch again to try again.")
    return 1 if batch.waiting else 0


def _begun(batch: Batch, dry_run: bool) -> str:
    if batch.finished:
        return f"Batch {batch.batch_id} was finished before."
    dry = ", a dry run" if dry_run else ""
    return (
        f"Batch {batch.batch_id}{dry}: {f'goes on after {counted(batch.read, "score")}' if batch.read else 'begins'}."
    )


def _undo(parsed: argparse.Namespace, use: UseCases) -> int:
    """Exit status 1 where something could not be undone yet."""
    undone: Counter[str] = Counter()
    left: Counter[str] = Counter()
    waiting = 0
    for undoing in use.undo_backfill(parsed.batch, dry_run=parsed.dry_run):
        write_line(decisions.undone(undoing, parsed.dry_run))
        if undoing.waits:
            waiting += 1
        elif undoing.left is not None:
            left[undoing.left] += 1
        else:
            undone[undoing.member.campaign_id] += 1
        _draw(f"{undone.total():,} undone, {left.total():,} left as they are")
    _draw("")
    _say(f"{undone.total():,} undone, {left.total():,} left as they are{_by(left)}.")
    _credit(undone, use)
    if waiting:
        _say(f"{_changing(waiting)}: run the command again.")
    return 1 if waiting else 0


def _changing(people: int) -> str:
    return f"{counted(people, 'person was', 'people were')} being changed all the time"


def _by(counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{code} {number:,}" for code, number in sorted(counts.items()))
    return f" ({listed})" if listed else ""


def _credit(credit: Mapping[str, int], use: UseCases) -> None:
    if credit:
        _say(credit_table(Counter(credit), None, names_of(use.ports.reference.campaign)))


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _draw(text: str) -> None:
    """How far it is, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)
