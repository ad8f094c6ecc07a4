"""What becomes of damaged files, and how much memory the command takes for each.

python -m tests.benchmarks.damaged      (make damaged-files; ROWS=1000000 rows of the largest file)
"""

import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

HEADER = "email,first_name,campaign,member_status,responded_at\n"
NOT_READ = 2
"""The exit status of a file that is refused as a whole."""
MOST_MB = 200


def _row(number: int) -> str:
    return f"p{number}@acme.example,P{number},spring,Attended,2026-02-01\n"


def _files(rows: int) -> Iterator[tuple[str, Iterable[str] | bytes]]:
    yield "one unclosed quote", (HEADER, *(f'"{_row(n)}' if n == 50_000 else _row(n) for n in range(100_000)))
    yield "NUL", (HEADER, _row(1), "p2@acme\0.example,P2,spring,Attended,2026-02-01\n")
    yield "another encoding", (HEADER + "p@acme.example,Jörg,spring,Attended,2026-02-01\n").encode("latin-1")
    yield "a cell of 10 MB", (HEADER, _row(1), f"p2@acme.example,{'x' * 10_000_000},spring,Attended,2026-02-01\n")
    yield "5,000 columns", (HEADER.strip(), *(f",c{n}" for n in range(4_995)), "\n", _row(1))
    yield "doubled header", ("email,email,campaign,responded_at\n", "a@acme.example,b@acme.example,spring,2026-02-01\n")
    yield "formulas", (HEADER, "=1+1,=2,spring,Attended,2026-02-01\n", _row(2))
    yield "empty", ()
    yield "header only", (HEADER,)
    yield "no header", (_row(1), _row(2))
    yield "ragged rows", (HEADER, _row(1), "p2@acme.example,P2\n", _row(3).strip() + ",x,y\n")
    yield f"{rows:,} rows", (HEADER, *(_row(n) for n in range(rows)))


def _written(folder: Path, rows: int) -> Iterator[tuple[str, Path]]:
    for name, content in _files(rows):
        path = folder / "file.csv"
        with path.open("wb") as file:
            for some in (content,) if isinstance(content, bytes) else (text.encode() for text in content):
                file.write(some)
        yield name, path
    bomb = folder / "file.xlsx"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as file,
    ):
        for _ in range(600):
            file.write(bytes(1_000_000))
    yield "workbook of 600 MB in 0.6", bomb


def main() -> int:
    rows, most = int(os.environ.get("ROWS", "1000000")), 0
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, path in _written(folder, rows):
            command = [sys.executable, "-m", "rekindle.cli.main", "import", str(path), "--kind", "members"]
            answer = subprocess.run(
                [*command, "--history", str(folder / "history.jsonl"), "--dry-run"],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "COLUMNS": "100"},
            )
            most = max(most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
            print(f"{name:28} exit {answer.returncode}  {_said(answer)}", flush=True)
    print(f"The most memory of them: {most} MB")
    return int(most > MOST_MB)


def _said(answer: "subprocess.CompletedProcess[str]") -> str:
    if answer.returncode == NOT_READ:
        return answer.stderr.partition("\n")[0].removeprefix("rekindle: ")
    counts = json.loads(answer.stderr.splitlines()[-1])
    causes = ", ".join(f"{cause['code']} {cause['count']}" for cause in counts["causes"])
    return f"{counts['created']:,} of {counts['read']:,} rows created {causes}"


if __name__ == "__main__":
    sys.exit(main())
