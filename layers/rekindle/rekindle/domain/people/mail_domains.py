"""Which domains say what company a person or an account belongs to, and which do not.

The Public Suffix List comes with the package `publicsuffixlist` and is read when the first domain is asked about. Its
first part names what registries sell names under, its second what hosts give names to their customers under. The lists
beside this module name what it does not.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rekindle.domain.people.lists import entries
from rekindle.domain.people.naming import has_path, web_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_FAMILIES = frozenset({"aol", "gmx", "hotmail", "live", "outlook", "yahoo", "yandex"})
"""Those under many countries: yahoo.co.uk, gmx.at, hotmail.fr."""
_SECOND_PART = "// ===BEGIN PRIVATE DOMAINS==="
_MOST_LEVELS = 3


def company_domain(address: str | None) -> str:
    """The domain of the company whose website has an address; none where the address is that of a page, or of a host
    that others share."""
    domain = web_host(address)
    return "" if has_path(address) or is_suffix(domain) or is_shared(domain) else domain


def is_generic(domain: str) -> bool:
    """Whether anybody may have an address or a page there, so that sharing it says nothing. The list of providers has
    those that are large in their countries; it has no throw-away domains, under which nobody has an account."""
    registries, _ = _public_suffixes()
    family = (registries.privatesuffix(_in_its_letters(domain)) or "").partition(".")[0]
    return family in _FAMILIES or not entries("mail_providers.txt").isdisjoint(_climbed(domain)) or is_shared(domain)


def is_shared(domain: str) -> bool:
    """Whether it is a host of other people's pages, shops or profiles, or one of those."""
    _, hosts = _public_suffixes()
    host = hosts.publicsuffix(_in_its_letters(domain))
    if host is not None and host not in entries("name_registries.txt"):
        return True
    return not entries("shared_hosts.txt").isdisjoint(_climbed(domain))


def is_suffix(domain: str) -> bool:
    """Whether names are registered under it, so that those who share it need not know each other: com, co.uk."""
    return "." not in domain or any(part.is_public(_in_its_letters(domain)) for part in _public_suffixes())


def levels(domain: str) -> tuple[str, ...]:
    """A domain and those above it that may be a company's, the most specific first. Of a very long one the three that
    are nearest to what was registered."""
    return tuple(level for level in _climbed(domain) if level and not is_suffix(level))[-_MOST_LEVELS:]


def _climbed(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


@cache
def _public_suffixes() -> "tuple[PublicSuffixList, PublicSuffixList]":
    from publicsuffixlist import PSLFILE, PublicSuffixList

    first, _, second = Path(PSLFILE).read_text("utf-8").partition(_SECOND_PART)
    # Written in their own letters alone, the suffixes are read in a fifth of the time.
    return (
        PublicSuffixList(first, accept_encoded_idn=False),
        PublicSuffixList(second, accept_encoded_idn=False, accept_unknown=False),
    )


def _in_its_letters(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    import idna

    try:
        return idna.decode(domain)
    except UnicodeError:
        return domain
