"""Files of real campaigns through the deployed functions: counts equal an independent count, and a second load changes
nothing. They stand beside the project where they are there at all."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from rekindle.runtime import aws as root
from rekindle.runtime.imports import on_stack
from tests.integration.conftest import Aws
from tests.support.file_imports import Imports, imports_on, outcome

CSV = Path(__file__).parents[3] / "shared" / "data" / "csv"
LINES = 16
"""Of each file: tables that are simulated in this process are slow."""
FILES: Mapping[str, tuple[str, str, str, str, Any]] = {
    "hillstrom": (
        "hillstrom/hillstrom_data.csv",
        ",",
        "segment",
        "visit",
        {"columns": {"segment": "campaign_id", "visit": "responded"}, "set": {"person_ref": "{line}"}},
    ),
    "ifood": (
        "ifood/marketing_campaign.csv",
        ";",
        "",
        "AcceptedCmp3",
        {"columns": {"ID": "person_ref", "AcceptedCmp3": "responded"}, "set": {"campaign_id": "cmp3"}},
    ),
    "bank": (
        "bank/bank-2008.csv",
        ";",
        "",
        "y",
        {
            "columns": {"y": "responded", "contact": "channel"},
            "set": {"person_ref": "{line}", "campaign_id": "calls", "responded_at": "{day} {month} {year}"},
        },
    ),
}


@pytest.fixture
def imports(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Imports:
    # Tables that are simulated in this process take one request at a time.
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])
    return imports_on(aws)


def stored(imports: Imports, source: str) -> Counter[tuple[str, bool]]:
    use, found = root.use_cases(), Counter[tuple[str, bool]]()
    for item in imports.aws.items()[imports.aws.names.people]:
        if item["record"]["S"] == "person" and item["person_id"]["S"].startswith(f"{source}:"):
            responses = list(use.ports.people.responses(item["person_id"]["S"]))
            found.update((one.campaign_id, one.state.responded) for one in responses)
    return found


@pytest.mark.parametrize("source", FILES)
def test_counts_equal_an_independent_count(imports: Imports, source: str) -> None:
    name, delimiter, campaign, responded, mapping = FILES[source]
    if not (CSV / name).is_file():
        pytest.skip("the data does not stand beside the project")
    with (CSV / name).open(encoding="utf-8-sig") as file:
        lines = list(islice(file, LINES))
    rows = list(csv.DictReader(io.StringIO("".join(lines)), delimiter=delimiter))
    expected = Counter(
        (row[campaign] if campaign else mapping["set"]["campaign_id"], row[responded] in ("1", "yes")) for row in rows
    )
    imports.load("campaigns", "id\n" + "".join(f'"{one}"\n' for one, _ in expected))
    whole = {**mapping, "source_system": source}
    # Two halves at once: both are checked before either is loaded. Blank lines keep the numbers of the lines.
    halves = [
        "".join([lines[0], *(line if n % 2 == half else "\n" for n, line in enumerate(lines[1:]))]) for half in (0, 1)
    ]
    ids = [imports.create("members", whole, run="when_told") for _ in halves]
    for import_id, half in zip(ids, halves, strict=True):
        imports.upload(import_id, half)
    for import_id in ids:
        imports.act(import_id, "run")
        assert imports.continue_with() == "SUCCEEDED"
    counts = [imports.shown(import_id)["counts"] for import_id in ids]
    assert sum(one["created"] for one in counts) == len(rows) == sum(one["people"]["created"] for one in counts)
    assert stored(imports, source) == expected
    again = imports.load("members", "".join(lines), whole)
    assert outcome(again) == (len(rows), 0, 0, len(rows), 0)
    assert stored(imports, source) == expected
