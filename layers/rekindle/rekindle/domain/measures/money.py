"""Amounts of money as whole numbers of the smallest unit of their currency, so that sums are exact."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_PLACES = {**dict.fromkeys(_NONE.split(), 0), **dict.fromkeys(_THREE.split(), 3), "CLF": 4, "UYW": 4}
"""Decimal places of the currencies that have another number of them than two (ISO 4217)."""
_USUAL = 2


def minor_units(amount: float, currency: str | None) -> int:
    """An amount, in cents or what its currency has instead. Half a cent goes to the even one."""
    scaled = Decimal(repr(amount)).scaleb(_PLACES.get(currency or "", _USUAL))
    return int(scaled.to_integral_value(ROUND_HALF_EVEN))


def amount_of(units: int, currency: str | None) -> float:
    """The reverse of `minor_units`."""
    return float(Decimal(units).scaleb(-_PLACES.get(currency or "", _USUAL)))


def divided(units: int, weights: Sequence[int]) -> list[int]:
    """An amount, divided by weights that are not negative, not all zero. The parts add up to the amount: what rounding
    leaves over goes to the largest remainders, among equal ones to the first."""
    total, whole = sum(weights), abs(units)
    parts = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    largest = sorted(range(len(weights)), key=lambda place: -remainders[place])
    for place in largest[: whole - sum(parts)]:
        parts[place] += 1
    return parts if units >= 0 else [-part for part in parts]
