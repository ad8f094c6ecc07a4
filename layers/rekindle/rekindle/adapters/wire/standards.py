"""Values that a standard lists: currencies of ISO 4217, and time zones of the IANA database."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.adapters.wire.rules import Naming, kind_of
from rekindle.domain.capture.facts import PassedOver, PassedOverReason
from rekindle.domain.core.errors import InvalidField

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA
XXX YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
"""The codes in force (list one of ISO 4217), funds and metals included."""


def is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


_LISTED: Mapping[str, tuple[Callable[[str], bool], PassedOverReason, str]] = {
    "currency": (CURRENCIES.__contains__, PassedOverReason.NOT_A_CURRENCY, "a currency of ISO 4217, as EUR"),
    "time_zone": (is_time_zone, PassedOverReason.NOT_A_TIME_ZONE, "a time zone of the IANA database, as Europe/Oslo"),
}


def usable(values: Mapping[str, Any], naming: Naming) -> tuple[Mapping[str, Any], list[PassedOver]]:
    """What a CRM reports, without the values that no standard lists, and those as passed over: to refuse what else it
    reports would correct nothing."""
    passed = [
        PassedOver(reason, naming(name))
        for name, (is_listed, reason, _) in _LISTED.items()
        if name in values and _is_text(values[name]) and not is_listed(values[name])
    ]
    if not passed:
        return values, passed
    unlisted = {one.field for one in passed}
    return {n: v for n, v in values.items() if n not in _LISTED or naming(n) not in unlisted}, passed


def check_listed(values: Mapping[str, Any], naming: Naming) -> None:
    """Refuse, with its field, a value that no standard lists. Raises InvalidField."""
    for name, (is_listed, _, expected) in _LISTED.items():
        value = values.get(name)
        if value is not None and _is_text(value) and not is_listed(value):
            raise InvalidField(f"expected {expected}, got {kind_of(value)}", naming(name))


def _is_text(value: Any) -> bool:
    """Whether it is a text at all, and not a blank one, which is no value."""
    return isinstance(value, str) and bool(value.strip())
