"""rekindle import: a file of a CRM or of a marketing tool, as facts of a history."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from rekindle.cli.arguments import STANDARD_INPUT, command
from rekindle.cli.play import Unusable, bytes_of, instant_of, settings_of, zone_of
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.report import ABORT_OVER_PERCENT, FEW

if TYPE_CHECKING:
    from rekindle.domain.imports.mapping import FileMapping
    from rekindle.runtime.imports.loading import Imported, Loading

NO_SETTINGS: dict[str, Any] = {}
EXCEPTIONS = ".exceptions.csv"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "import",
        "load a file: rows in, facts of a history out",
        """
          rekindle import leads.csv --kind people --propose > leads.yaml
          rekindle import leads.csv --kind people --mapping leads.yaml --history crm.jsonl --dry-run
          rekindle import leads.csv --kind people --mapping leads.yaml --history crm.jsonl
          rekindle import leads.csv.exceptions.csv --kind people --mapping leads.yaml --history crm.jsonl
          rekindle import leads.csv --kind people --mapping leads.yaml --stack rekindle-prod
        """,
        "Load a file of CSV or a workbook into a history or into a stack. Only what is new there or differs is "
        "added, so that loading a file again changes nothing. The counts go to standard error as one JSON "
        f"object, the refused rows to FILE{EXCEPTIONS}: mended, they can be loaded like any file.",
    )
    parser.add_argument("file", type=Path, help="CSV or .xlsx; - for standard input")
    parser.add_argument("--kind", required=True, choices=KINDS, help="what the rows are")
    parser.add_argument(
        "--mapping", type=Path, help="YAML or JSON: which column feeds which field (default: by the headers)"
    )
    to = parser.add_mutually_exclusive_group()
    to.add_argument("--stack", metavar="NAME", help="name of the deployed stack to load the file into")
    to.add_argument(
        "--history", type=Path, help="JSON Lines of events, plain or gzip, to add to; - for standard output"
    )
    parser.add_argument(
        "--settings", type=Path, help="YAML or JSON: their time_zone is that of times without an offset"
    )
    parser.add_argument("--at", metavar="TIME", help="the instant of the import (default: now)")
    parser.add_argument(
        "--abort-over",
        type=_percent,
        default=ABORT_OVER_PERCENT,
        metavar="PERCENT",
        help=f"load nothing where more than this share of the rows, and more than {FEW}, are refused (default: 20)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only count, write nothing")
    parser.add_argument("--propose", action="store_true", help="only write a mapping that the headers propose")
    parser.set_defaults(run=_import, written="history")


def _percent(written: str) -> float:
    try:
        percent = float(written)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise argparse.ArgumentTypeError("a share is a number from 0 to 100")
    return percent


def _import(parsed: argparse.Namespace) -> int:
    """Exit status 2 where the import is aborted."""
    # No other command needs the libraries of files.
    from rekindle.adapters.imports.mapping_document import mapping_of
    from rekindle.domain.imports.mapping import FileMapping
    from rekindle.runtime.imports.proposal import proposal_of

    if parsed.stack and parsed.settings:
        raise Unusable("--settings: a stack has settings of its own")
    mapping = mapping_of(bytes_of(parsed.mapping)) if parsed.mapping else FileMapping()
    with _opened(parsed.file) as file:
        if parsed.propose:
            print(proposal_of(KINDS[parsed.kind], file, mapping), end="")
            return 0
        imported = (_on_stack if parsed.stack else _offline)(parsed, mapping, file)
    _print_counts(parsed, imported)
    return 2 if imported.is_aborted else 0


def _offline(parsed: argparse.Namespace, mapping: "FileMapping", file: IO[bytes]) -> "Imported":
    from rekindle.runtime.imports.offline import OfflineImport

    document = settings_of(parsed.settings) if parsed.settings else NO_SETTINGS
    load = OfflineImport(_loading(parsed, mapping, zone_of(document)), document)
    return load(file, parsed.history, _exceptions_of(parsed.file), dry_run=parsed.dry_run)


def _on_stack(parsed: argparse.Namespace, mapping: "FileMapping", file: IO[bytes]) -> "Imported":
    from rekindle.runtime.deployed import use_cases_of
    from rekindle.runtime.imports.on_stack import StackImport

    with use_cases_of(parsed.stack) as use:
        load = StackImport(_loading(parsed, mapping, use.ports.reference.settings().zone), use)
        return load(file, _exceptions_of(parsed.file), dry_run=parsed.dry_run)


def _loading(parsed: argparse.Namespace, mapping: "FileMapping", zone: ZoneInfo) -> "Loading":
    from rekindle.runtime.imports.loading import Loading

    now = instant_of(parsed.at, "--at", zone) if parsed.at else datetime.now(UTC).replace(microsecond=0)
    return Loading(KINDS[parsed.kind], mapping, zone, now, parsed.abort_over)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path != STANDARD_INPUT:
        with path.open("rb") as file:
            yield file
        return
    with TemporaryFile() as kept:
        copyfileobj(sys.stdin.buffer, kept)
        yield kept


def _exceptions_of(path: Path) -> Path:
    name = "import" if path == STANDARD_INPUT else path.name
    return path.with_name(f"{name}{EXCEPTIONS}") if path != STANDARD_INPUT else Path(f"{name}{EXCEPTIONS}")


def _print_counts(parsed: argparse.Namespace, imported: "Imported") -> None:
    state = "aborted" if imported.is_aborted else "checked" if parsed.dry_run else "finished"
    counts = {
        "state": state,
        "kind": parsed.kind,
        "file": str(parsed.file),
        **imported.report.shown(),
        "columns": imported.plan.columns,
        "ignored_columns": list(imported.plan.ignored),
        "exceptions": str(imported.exceptions) if imported.exceptions else None,
    }
    print(msgspec.json.encode(counts).decode(), file=sys.stderr)
