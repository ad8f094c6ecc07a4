"""Reading and checking a file of responses, beside the standard reader over the same file.

python -m tests.benchmarks.imports
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rekindle.adapters.imports.field_rules import rule_of_field
from rekindle.adapters.imports.table import Table
from rekindle.application.imports.check_rows import CheckRows
from rekindle.domain.imports.cells import Reading
from rekindle.domain.imports.kinds import RESPONSES
from rekindle.domain.imports.mapping import FileMapping, plan_of
from rekindle.domain.imports.report import Report
from tests.benchmarks.sampling import in_turn, ratios
from tests.benchmarks.table import Row, printed

ROWS, ROUNDS = 50_000, 7
HEADER = "email,first_name,last_name,company,campaign_code,response_date,member_status,channel\n"
TARGET = 6.67
"""A share of 0.15 of the standard reader's speed."""


def rows(number: int = ROWS, rounds: int = ROUNDS) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "responses.csv"
        _write(path, number)
        checked, base = in_turn(rounds, lambda _: _cpu(path, ours=True), lambda _: _cpu(path, ours=False))
    yield Row(24, "CPU of the check of a file ÷ csv.reader over it", ratios(checked, base), TARGET)
    rate = sorted(number / seconds for seconds in checked)[rounds // 2]
    yield Row(24, "  rows checked a second", rate, 0, ",.0f", stated=True)


def _write(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(number):
            person = f"mia{n}@acme{n % 977}.example,Mia,Berg{n % 5000},Acme {n % 1000}"
            at = f"2026-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00Z"
            file.write(f"{person},campaign-{n % 50},{at},Responded,web\n")


def _cpu(path: Path, *, ours: bool) -> float:
    began = time.process_time()
    if ours:
        with path.open("rb") as file:
            table = Table(file, FileMapping(), Report())
            check = CheckRows(plan_of(RESPONSES, FileMapping(), table.header), Reading(), rule_of_field)
            for line, cells in table:
                if isinstance(cells, list):
                    check(line, cells)
    else:
        with path.open(encoding="utf-8", newline="") as text:
            for _ in csv.reader(text):
                pass
    return time.process_time() - began


if __name__ == "__main__":
    print(printed(list(rows())))
