"""Measures, and prints the table.

    python -m tests.benchmarks.run          (make bench; QUICK=1 takes fewer samples)

The numbers are those of the table in docs/performance.md. Ends with status 1 where a count is missed: the others are
measured, and machines differ.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks import batches, cold, costs, crossing, imports, loads, matching, money, simulate, small, webhooks
from tests.benchmarks.processes import BUILT, built, server_beside
from tests.benchmarks.table import Row, missed, printed
from tests.benchmarks.world import World, world
from tests.local_cloud.progress import step
from tests.support.dynamodb_local import dynamodb_local

HISTORIES = (10, 1_000, 50_000)
SCORE = "ReactivateOnScoreFunction"


@dataclass(frozen=True)
class Effort:
    pairs: int
    units: int
    rounds: int
    histories: tuple[int, ...]
    simulated: int
    """Events of the history that is simulated."""


THOROUGH, QUICK = Effort(15, 600, 30, HISTORIES, 200_000), Effort(5, 150, 10, HISTORIES[:2], 50_000)


def main() -> int:
    if not BUILT.exists():
        sys.exit('Nothing is built: run "make build".')
    server_beside()
    effort = QUICK if os.environ.get("QUICK") else THOROUGH
    rows = sorted(measured(effort), key=lambda row: row.number)
    print(printed(rows))
    return 1 if missed(rows) else 0


def measured(effort: Effort) -> Iterator[Row]:
    with dynamodb_local() as endpoint:
        with world(endpoint) as here, step("Cold starts"):
            yield from cold_rows(here, effort)
        with step("CPU of a crossing"):
            ratio, milliseconds = crossing.cpu(endpoint, built(SCORE), effort.units)
    yield Row(7, "CPU of a crossing ÷ three boto3 requests", ratio, 0.60)
    yield Row(7, "  its milliseconds on this machine", milliseconds, 0, stated=True)
    with step("Stream records and log lines"):
        yield from small_rows(effort)
    # Another DynamoDB Local: one that holds a long history is slow in all that it does.
    with dynamodb_local() as endpoint, world(endpoint) as here:
        with step("Requests and units, by length of history"):
            found = list(count_rows(here, effort))
        yield from found
        with step("Invocations"):
            yield from invocation_rows(here)
        with step("Batches of ten facts"):
            yield from batches.rows(here, effort.rounds)
        with step("Loads of files"):
            yield from loads.rows(here, 5)
    writes, reads = (next(row.value for row in found if row.number == number) for number in (12, 10))
    bill = money.dollars(writes, reads, milliseconds.median)
    yield Row(14, "$ per million score changes, beyond storing them", bill, 0.09, ".3f")
    with step("Simulation"):
        yield from simulation_rows(effort)
    with step("Webhooks"):
        yield from webhooks.rows(effort.rounds)
    with step("Files"):
        yield from imports.rows()
    with step("Matching"):
        yield from matching.rows()


def simulation_rows(effort: Effort) -> Iterator[Row]:
    simulated = simulate.measured(effort.simulated, 3)
    yield Row(17, "CPU of simulate ÷ reading the same file with json", simulated.ratio, 10, ".1f")
    yield Row(17, "  events per second", simulated.events_a_second, 0, ",.0f", stated=True)
    yield Row(17, f"  peak memory, MB, {effort.simulated:,} events", simulated.peak_mb, 0, ",.0f", stated=True)


def cold_rows(here: World, effort: Effort) -> Iterator[Row]:
    events = cold.events(here, 6 * effort.pairs)
    cases = {name: (built(name), event) for name, event in events.items()}
    ratios = cold.cpu_ratios(here, cases, effort.pairs)
    yield Row(1, "cold CPU, score function ÷ boto3 client and one read", ratios[SCORE], 0.75)
    yield Row(1, "  function of the queue", ratios["RecordCrmChangesFunction"], 0, stated=True)
    yield Row(2, "cold CPU, GET of the API, same divisor", ratios["ShowRecordsFunction"], 0.95)
    yield Row(2, "  PUT of the API", ratios["PutFactsFunction"], 0, stated=True)
    fresh = cold.against_fresh_bytecode(here, *cases[SCORE], effort.pairs)
    yield Row(3, "cold CPU ÷ the same with fresh bytecode", fresh, 1.05)
    told = {name: cold.told(here, *case) for name, case in cases.items()}
    compiled = sum(len(each["compiled"]) for each in told.values())
    yield Row(3, "  modules compiled at the start", compiled, 0, ".0f", exact=True)
    yield Row(4, "botocore clients, the most of any function", max(t["clients"] for t in told.values()), 1, ".0f", True)
    yield Row(5, "zip with bytecode, MB", max(cold.zipped_mb(list(cases)).values()), 5, ".1f", exact=True)
    yield Row(6, "peak memory after the first event, score function, MB", told[SCORE]["peak_mb"], 40, ".0f")
    yield Row(6, "  GET of the API", told["ShowRecordsFunction"]["peak_mb"], 0, ".0f", stated=True)


def small_rows(effort: Effort) -> Iterator[Row]:
    decode = small.decode(effort.rounds, whole=True)
    yield Row(9, "decoding a record of 20 attributes ÷ reading its JSON", decode, 0.15)
    yield Row(9, "  our own record, a third of the size", small.decode(effort.rounds, whole=False), 0, stated=True)
    yield Row(16, "CPU of a decision's log line and metrics, µs", small.telling(effort.rounds), 80, ".0f")


def count_rows(here: World, effort: Effort) -> Iterator[Row]:
    each = [costs.of_crossing(here, costs.a_history(here, length)) for length in effort.histories]
    lengths = ", ".join(f"{length:,}" for length in effort.histories)
    score, response = costs.of_score_change(here), costs.of_response(here)
    reads = [cost.read_units for cost in each]
    writes = [cost.write_units for cost in each]
    yield Row(8, "DynamoDB requests of a crossing", max(len(c.operations) for c in each), 2, ".0f", exact=True)
    yield Row(8, "  of a score that crosses nothing", len(score.operations), 0, ".0f", stated=True)
    yield Row(8, "  of a response, recorded and decided on", len(response.operations), 0, ".0f", stated=True)
    yield Row(10, f"read units of the search after {lengths} responses", max(reads), 1, ".1f", exact=True)
    yield Row(10, "  the most ÷ the least", max(reads) / min(reads), 1, exact=True)
    yield Row(10, "  of a score that crosses nothing", score.read_units, 0, ".1f", stated=True)
    yield Row(10, "  of a response, recorded and decided on", response.read_units, 0, ".1f", stated=True)
    vain = costs.queries_of_a_vain_search(here, costs.a_history(here, effort.histories[1], stale=True))
    yield Row(11, "queries where every class holds only what is too old", vain, 3, ".0f", exact=True)
    yield Row(12, "write units of a crossing", max(writes), 6, ".0f", exact=True)
    yield Row(12, "  the most ÷ the least", max(writes) / min(writes), 1, exact=True)
    yield Row(12, "  of a score that crosses nothing", score.write_units, 0, ".0f", stated=True)
    yield Row(12, "  of a response, recorded and decided on", response.write_units, 0, ".0f", stated=True)
    yield Row(12, "  what the indexes add to a crossing", max(c.index_units for c in each), 0, ".0f", stated=True)


def invocation_rows(here: World) -> Iterator[Row]:
    crossings, invocations, vain = costs.invocations(here, 500, 50)
    yield Row(13, "invocations ÷ crossings, nothing batched", invocations / crossings, 1, exact=True)
    yield Row(13, "  records that reach the function in vain", vain, 0, ".0f", exact=True)


if __name__ == "__main__":
    sys.exit(main())
