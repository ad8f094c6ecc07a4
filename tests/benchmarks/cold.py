"""Cold starts of the built functions: whole processes, from the interpreter to the first answer, beside the smallest
boto3 program, which makes a client and reads one item."""

import compileall
import json
import py_compile
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import GET_ITEM, Code, Process, built, cold_cpu, started
from tests.benchmarks.sampling import Spread, in_turn, ratios
from tests.benchmarks.world import NOW, World, fact

EVENTS = Path(__file__).parents[2] / "events"
Event = Callable[[], dict[str, Any]]


def events(here: World, starts: int) -> dict[str, Event]:
    """For each function an event as often as asked: a new one where the second would find nothing to do."""
    person_id = here.a_person()
    crossings = (here.crossing(copy) for copy in here.copies(person_id, starts))

    def told() -> dict[str, Any]:
        changed = fact("Person Changed", NOW + timedelta(days=1), person_id=person_id, score=20)
        (message,) = json.loads((EVENTS / "record_crm_changes.json").read_text(encoding="utf-8"))["Records"][:1]
        return {"Records": [{**message, "body": json.dumps(changed)}]}

    def asked(method: str, body: str | None = None) -> dict[str, Any]:
        name = {"GET": "show_records", "PUT": "put_facts"}[method]
        event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
        return {**event, "path": f"/people/{person_id}", "httpMethod": method, "body": body}

    return {
        "ReactivateOnScoreFunction": lambda: {"Records": [next(crossings)]},
        "RecordCrmChangesFunction": told,
        "ShowRecordsFunction": lambda: asked("GET"),
        "PutFactsFunction": lambda: asked("PUT", json.dumps({"status": "New", "company": "Analytical Engines"})),
    }


def cpu_ratios(here: World, cases: dict[str, tuple[Code, Event]], pairs: int) -> dict[str, Spread]:
    """CPU of each case divided by that of the boto3 program that stood beside it."""
    table = here.variables["PEOPLE_TABLE"]
    read = {"table": table, "key": {"person_id": {"S": "nobody"}, "record": {"S": "person"}}}

    def start(code: Code, event: Event) -> Callable[[int], float]:
        return lambda _: cold_cpu(code, here.variables, event())

    starts = [start(code, event) for code, event in cases.values()]
    base, *measured = in_turn(pairs, start(GET_ITEM, lambda: read), *starts)
    return {name: ratios(values, base) for name, values in zip(cases, measured, strict=True)}


def told(here: World, code: Code, event: Event) -> dict[str, Any]:
    """What a first event took: `peak_mb` of memory, botocore `clients`, and modules that were `compiled`."""
    with started(replace(code, what="told"), here.variables) as process:
        return answer_of(process, event())


def answer_of(process: Process, event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = process.ask(event)
    return answer


@contextmanager
def with_fresh_bytecode(code: Code) -> Iterator[Code]:
    """The same code, compiled here and now in Python's own way."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = [str(Path(scratch) / str(number)) for number in range(len(code.path))]
        for source, target in zip(code.path, folders, strict=True):
            shutil.copytree(source, target)
            compileall.compile_dir(
                target, force=True, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP
            )
        yield replace(code, path=folders)


def against_fresh_bytecode(here: World, code: Code, event: Event, pairs: int) -> Spread:
    with with_fresh_bytecode(code) as fresh:
        ours, theirs = in_turn(
            pairs,
            lambda _: cold_cpu(code, here.variables, event()),
            lambda _: cold_cpu(fresh, here.variables, event()),
        )
    return ratios(ours, theirs)


def zipped_mb(functions: list[str]) -> dict[str, float]:
    """What is uploaded for a function: its folder and both layers, zipped."""
    with tempfile.TemporaryDirectory() as scratch:
        sizes = {}
        for function in functions:
            folders = enumerate(built(function).path)
            archives = [Path(shutil.make_archive(f"{scratch}/{number}", "zip", path)) for number, path in folders]
            sizes[function] = sum(archive.stat().st_size for archive in archives) / 1e6
    return sizes
