"""`rekindle targets` over exports of the tables of a stack with many people: time and memory of the whole process.

    PEOPLE=1000000 python -m tests.benchmarks.targets      (make bench-targets PEOPLE=1000000)

A thousand people are played by the simulator, and written as so many.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rekindle.adapters.dynamodb import encoding, lifecycle_encoding
from rekindle.adapters.dynamodb.people_writes import response_image
from rekindle.adapters.dynamodb.tables import PERSON
from rekindle.adapters.wire.settings import reading
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.responses.response import DEFAULT_CLASSES
from rekindle.runtime.simulation.requests import played
from rekindle.runtime.simulation.simulator import Simulation
from tests.benchmarks.simulate import SETTINGS, told

PLAYED = 1_000
EVENTS_A_PERSON = 6
QUERY = {
    "population": "dormant",
    "days": 30,
    "where": {"person": {"status": ["New", "Nurture"]}, "response": {"responded": True}},
}


def main() -> None:
    people = int(os.environ.get("PEOPLE", "100000"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        items = written(folder, people)
        (folder / "query.json").write_text(json.dumps(QUERY), encoding="utf-8")
        (folder / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
        named = [str(folder / "query.json"), "--settings", str(folder / "settings.yaml"), "--at", "2026-01-01"]
        named += ["--people", str(folder / "people"), "--reference", str(folder / "reference")]
        program = "import sys\nfrom rekindle.cli.main import main\nsys.exit(main(sys.argv[1:]))"
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-c", program, "targets", *named],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        clock = time.monotonic() - began
    print(f"{people:,} people, {items:,} items of an export: {clock:,.0f} s by the clock")
    print(f"{used.ru_utime + used.ru_stime:,.0f} s of CPU, {used.ru_maxrss / 1024:,.0f} MB at the peak")
    sys.exit(process.returncode)


def written(folder: Path, people: int) -> int:
    """The exports. Answers how many items of people there are."""
    simulation = Simulation(reading.parsed(SETTINGS.encode(), None))
    numbered = enumerate(told(PLAYED * EVENTS_A_PERSON, PLAYED), 1)
    for _ in played(simulation, numbered):
        pass
    lines = [json.dumps({"Item": item}) for item in _items(simulation)]
    (folder / "people").mkdir()
    for copy in range(people // PLAYED):
        with gzip.open(folder / "people" / f"{copy:04}.json.gz", "wt", compresslevel=1, encoding="utf-8") as file:
            file.writelines(f"{line.replace('00Q5g000', f'00Q5g{copy:04}')}\n" for line in lines)
    (folder / "reference").mkdir()
    with gzip.open(folder / "reference" / "0.json.gz", "wt", encoding="utf-8") as file:
        for name, versions in simulation.memory.reference[CAMPAIGN.name].items():
            body = json.dumps(encoding.encoded(versions[-1]))
            item = {"record": {"S": f"{CAMPAIGN.name}#{name}"}, "version": {"N": "1"}, "body": {"S": body}}
            file.write(f"{json.dumps({'Item': item})}\n")
    return len(lines) * (people // PLAYED)


def _items(simulation: Simulation) -> Iterator[Any]:
    for person_id, person in simulation.memory.people.items():
        core, profile = lifecycle_encoding.core(person), encoding.encoded(person.profile)
        texts = {"core": json.dumps(core), "profile": json.dumps(profile), "record": PERSON, "person_id": person_id}
        yield {**{name: {"S": text} for name, text in texts.items()}, "version": {"N": str(person.version)}}
        for response in simulation.memory.responses.get(person_id, {}).values():
            yield response_image(person, response, DEFAULT_CLASSES)


if __name__ == "__main__":
    main()
