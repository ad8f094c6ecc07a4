"""Dollars for a million score changes of which two in a hundred cross, beyond what it costs to store the changes.

The model of a bill, from counts that are measured and prices and round trips that are not: on demand in us-east-1,
5 ms for a read, 12 ms for a transaction, full batches of ten crossings.
"""

CROSSINGS = 20_000
WRITE_UNIT, READ_UNIT, INVOCATION, GB_SECOND = 0.625e-6, 0.125e-6, 0.20e-6, 0.0000166667
MEMORY_MB = 512
WHOLE_CPU_MB = 1769
"""The memory at which Lambda gives a function one whole processor."""
READ_SECONDS, TRANSACTION_SECONDS, BATCH = 0.005, 0.012, 10


def dollars(write_units: float, read_units: float, cpu_milliseconds: float) -> float:
    seconds = cpu_milliseconds / 1e3 * WHOLE_CPU_MB / MEMORY_MB + READ_SECONDS + TRANSACTION_SECONDS
    for_one = write_units * WRITE_UNIT + read_units * READ_UNIT + seconds * MEMORY_MB / 1024 * GB_SECOND
    return CROSSINGS * (for_one + INVOCATION / BATCH)
