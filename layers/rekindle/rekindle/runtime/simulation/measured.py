"""What a simulated history says of campaigns and deals, once it was played with its journeys kept."""

from rekindle.adapters.memory import Memory
from rekindle.adapters.memory.census import MemoryCensus
from rekindle.application.measures.count_measures import CountMeasures, Measured
from rekindle.domain.measures.metrics import CountedAs
from rekindle.runtime.simulation.simulator import Simulation


def measured(simulation: Simulation) -> Measured:
    census = MemoryCensus(simulation.memory, simulation.journeys)
    return CountMeasures(census)(CountedAs.of(simulation.document))


def now_known_as(memory: Memory, person_id: str) -> str:
    """Who somebody became by merges and conversions."""
    while (person := memory.people.get(person_id)) is not None and person.merged_into is not None:
        person_id = person.merged_into
    return person_id
