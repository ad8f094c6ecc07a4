"""The rule that the value of a field keeps on the wire, for one value at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_origin

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.forms import cut, prefixes_of_field, rule_of
from rekindle.adapters.wire.rules import checked_value, moment
from rekindle.adapters.wire.standards import check_listed
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.people.mail_domains import company_domain
from rekindle.domain.people.naming import web_host
from rekindle.domain.records.kind import Field

_LISTED = ("currency", "time_zone")


def rule_of_field(name: str, declared: Field) -> Callable[[Any], Any]:
    """Raises InvalidField, named by the field."""
    rule, prefixes = rule_of(declared), prefixes_of_field(declared)
    is_plain = declared.type is str and not (declared.one_of or declared.refers_to or name in (*_LISTED, "domain"))

    def read(value: Any) -> Any:
        if is_plain and type(value) is str and len(value) <= declared.longest:
            return value  # As nearly all, and to ask the rule takes several times as long.
        checked = checked_value(rule, value, name)
        if name in _LISTED:
            check_listed({name: checked}, str)
        if name == "domain":
            return _domain(checked)
        if declared.type is datetime:
            return times.text(moment(checked, name))
        if declared.type is float:
            return cut(float(checked))
        if not prefixes:
            return value
        if get_origin(declared.type) is tuple:
            return list(dict.fromkeys(ids.widened_if(prefixes, one) for one in checked))
        return ids.widened_if(prefixes, checked)

    return read


def _domain(address: str) -> str | None:
    """As `records` reads it: what is no company's own domain is no value."""
    if not web_host(address):
        raise InvalidField("expected a domain, as acme.com", "domain")
    return company_domain(address) or None
