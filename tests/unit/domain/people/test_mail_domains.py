"""Which domains are a company's own."""

import pytest
from hypothesis import given

from rekindle.domain.people.lists import entries
from rekindle.domain.people.mail_domains import company_domain, is_generic, is_shared, is_suffix, levels
from tests.support.texts import TEXTS


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "yahoo.co.uk", "gmx.at", "hotmail.fr", "web.de", "proton.me", "vip.qq.com", "mail.yahoo.co.jp"],
)
def test_anybody_may_have_an_address_there(domain: str) -> None:
    assert is_generic(domain)
    assert not is_shared(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "facebook.com",
        "de-de.facebook.com",
        "linkedin.com",
        "sites.google.com",
        "linktr.ee",
        "acme.etsy.com",
        "acme.blogspot.de",
        # The Public Suffix List has these.
        "github.io",
        "acme.github.io",
        "shop.acme.myshopify.com",
        "acme.wixsite.com",
        "acme.s3.amazonaws.com",
    ],
)
def test_anybody_may_have_a_page_there(domain: str) -> None:
    assert is_shared(domain)
    assert is_generic(domain)


@pytest.mark.parametrize(
    "domain",
    ["acme.com", "yahoo-inc.com", "outlook.acme.com", "gmail.acme.co.uk", "google.com", "acme.uk.com", "com", ""],
)
def test_these_domains_are_somebody_s_own(domain: str) -> None:
    assert not is_generic(domain)


@pytest.mark.parametrize(
    "domain",
    [
        *("com", "de", "co.uk", "com.au", "or.jp", "gob.mx", "kawasaki.jp", "uk.com", "github.io", ""),
        *("xn--55qx5d.cn", "xn--p1ai", "unheard-of"),
    ],
)
def test_names_are_registered_under_these(domain: str) -> None:
    assert is_suffix(domain)


@pytest.mark.parametrize(
    "domain", ["acme.com", "acme.co.uk", "net.de", "acme.xn--55qx5d.cn", "a.unheard-of", "xn--a.cn"]
)
def test_these_are_registered(domain: str) -> None:
    assert not is_suffix(domain)


def test_a_domain_is_climbed_up_to_what_was_registered() -> None:
    assert levels("mail.acme.co.uk") == ("mail.acme.co.uk", "acme.co.uk")
    assert levels("a.b.c.d.acme.com") == ("c.d.acme.com", "d.acme.com", "acme.com")
    assert levels("mail.acme.uk.com") == ("mail.acme.uk.com", "acme.uk.com")
    assert levels("co.uk") == levels("") == ()


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.acme.com/", "acme.com"),
        ("Acme.co.uk", "acme.co.uk"),
        ("http://acme.uk.com?a=b", "acme.uk.com"),
        ("https://bücher.de", "xn--bcher-kva.de"),
        ("https://www.acme.com/about", ""),
        ("https://www.instagram.com/acme/", ""),
        ("https://www.instagram.com", ""),
        ("WWW.YouTube.com:443", ""),
        ("acme.tumblr.com", ""),
        ("acme.netlify.app", ""),
        ("co.uk", ""),
        ("公司.香港", ""),
        ("n/a", ""),
        ("ada@acme.com", ""),
        (None, ""),
    ],
)
def test_the_domain_of_a_company_s_website(address: str | None, domain: str) -> None:
    assert company_domain(address) == domain


@given(TEXTS)
def test_a_domain_of_a_company_s_domain_is_that_domain(address: str) -> None:
    assert company_domain(company_domain(address)) == company_domain(address)


@pytest.mark.parametrize("name", ["mail_providers.txt", "name_registries.txt", "shared_hosts.txt"])
def test_the_lists_are_of_domains(name: str) -> None:
    found = entries(name)
    assert found
    assert [domain for domain in found if domain != domain.strip().lower() or "." not in domain] == []


def test_a_list_names_nothing_that_the_public_suffix_list_names_already() -> None:
    """A registry there is one that is no country's; a host is one that is not there."""
    assert [domain for domain in entries("name_registries.txt") if not is_suffix(domain)] == []
    assert [domain for domain in entries("shared_hosts.txt") if is_suffix(domain)] == []
