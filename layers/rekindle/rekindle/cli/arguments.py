"""Arguments that several commands take, and the examples that each command's help ends with."""

import argparse
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from textwrap import dedent, fill, indent

STANDARD_INPUT = Path("-")
_WIDTH = 78


def command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    examples: str,
    description: str | None = None,
) -> argparse.ArgumentParser:
    """A command, with its line in the list of commands and the examples that end its help."""
    return commands.add_parser(
        name,
        help=summary,
        description=fill(description or f"{summary[0].upper()}{summary[1:]}.", _WIDTH),
        epilog=f"examples:\n{indent(dedent(examples).strip(), '  ')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


_HISTORY = "JSON Lines of events, plain or gzip; - for standard input"


def takes_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("history", type=Path, help=_HISTORY)


def may_take_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("history", type=Path, nargs="?", help=_HISTORY)


def takes_settings(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument("--settings", type=Path, required=not optional, help="YAML or JSON; - for standard input")


def one_of[E: StrEnum](kind: type[E]) -> Callable[[str], E]:
    """The type of an argument that takes one of some values, which its help lists."""

    def read(text: str) -> E:
        try:
            return kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected {', '.join(kind)}, got {text!r}") from None

    return read


def takes_stack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stack", required=True, metavar="NAME", help="name of the deployed stack")


def takes_format(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--format", choices=("table", "jsonl"), default=default, help=f"default: {default}")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 event, 2,000 events."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
