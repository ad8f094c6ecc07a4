"""What a RevOps person asks of Rekindle at the command line.

Exit status: 0; 1 for a person or a record that is not there, and for what can be tried again; 2 for a file or an
argument that cannot be used, with the line or the path of the fault, and for what a stack refuses; 130 where it was
interrupted.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from rekindle.adapters.history import BadHistory
from rekindle.cli import (
    backfill,
    clocks,
    close,
    erase,
    explain,
    export,
    funnel,
    import_file,
    mcp,
    partition,
    recount,
    redrive,
    simulate,
    targets,
    webhook,
)
from rekindle.cli.arguments import STANDARD_INPUT
from rekindle.cli.play import Unusable
from rekindle.domain.core.errors import Conflict, Refusal, Unavailable


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # As JSON is, whatever the machine's own words are written in.
    if [name != parsed.written for name, value in vars(parsed).items() if value == STANDARD_INPUT].count(True) > 1:
        return _unusable("only one file can be standard input")
    try:
        result: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does. What is still to be flushed at the exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(parsed.unread)
    except KeyboardInterrupt:
        print("rekindle: stopped", file=sys.stderr)
        return 130
    except (Unusable, BadHistory) as error:
        return _unusable(str(error))
    except Refusal as refusal:
        return _unusable(refusal.message)
    except (Conflict, Unavailable) as error:
        print(f"rekindle: {error}: try again later", file=sys.stderr)
        return 1
    except OSError as error:
        return _unusable(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return result


def _unusable(message: str) -> int:
    print(f"rekindle: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rekindle", description="Which campaign gets the credit, and why: over a history, or on a deployed stack."
    )
    parser.add_argument("--version", action="version", version=f"rekindle {version('rekindle')}")
    # A command that only prints has nothing left to do once nobody reads it.
    parser.set_defaults(unread=0)
    # The argument that names a file to be written: there - is standard output.
    parser.set_defaults(written=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    modules = (
        simulate,
        explain,
        funnel,
        export,
        import_file,
        webhook,
        close,
        partition,
        recount,
        targets,
        backfill,
        clocks,
        redrive,
        erase,
        mcp,
    )
    for module in modules:
        module.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
