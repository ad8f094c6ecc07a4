"""Two ways to write the same name, address or number are compared as one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rekindle.domain.people import naming
from rekindle.domain.people.mail_domains import is_generic, is_suffix, levels
from rekindle.domain.people.naming import company_key, mail_domain, mail_key, person_key, phone_key, web_domain
from rekindle.domain.people.similarity import jaro_winkler


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Corporation", "ACME Corp."),
        ("The Acme Company, Inc.", "acme"),
        ("Müller & Söhne GmbH & Co. KG", "Muller and Sohne"),
        ("Société Générale S.A.", "Societe Generale"),
        ("I.B.M.", "IBM"),
        ("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo"),
        ("Macy's", "MACYS"),
        ("Weiß AG", "Weiss"),
        ("Ørsted A/S", "Orsted"),
        ("Tiffany & Co.", "Tiffany"),
        ("  Acme \t Holdings   Ltd", "Acme"),
        ("ＡＣＭＥ", "acme"),
    ],
)
def test_these_companies_are_one(one: str, other: str) -> None:
    assert company_key(one) == company_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Acme", "Acme Germany"), ("AG Barr", "Barr"), ("Co-op", "Op"), ("北京", "東京"), ("3M", "3N")]
)
def test_these_companies_are_two(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize("name", [None, "", "n/a", "N.A.", "-", "Self-Employed", "(none)", "unknown", "The Company"])
def test_these_name_no_company(name: str | None) -> None:
    assert company_key(name) == ""


@given(st.text())
@example("The T h e Inc")
@example("GmbH & Co. KG")
@example("ŉ ǅ ẞ ﬁ")
def test_a_key_of_a_company_s_key_is_that_key(name: str) -> None:
    assert company_key(company_key(name)) == company_key(name)


@given(
    st.lists(st.sampled_from(["the", "a", "b", "s", "inc", "ag", "co", "and", "de", "acme", "&", "S.A."]), max_size=7)
)
def test_a_key_of_a_company_s_key_is_that_key_whatever_is_taken_away(words: list[str]) -> None:
    name = " ".join(words)
    assert company_key(company_key(name)) == company_key(name)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (" Ada@Acme.Example ", "ada@acme.example"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
        ("a.b+c@acme.example", "a.b+c@acme.example"),
        ('"a@b"@acme.example', '"a@b"@acme.example'),
        ("ada@acme", ""),
        ("ada", ""),
        ("@acme.example", ""),
        ("ada@", ""),
        ("ada@-acme.example", ""),
        ("a da@acme.example", ""),
        ("ada@127.0.0.1", ""),
        (None, ""),
    ],
)
def test_the_key_of_an_address(told: str | None, key: str) -> None:
    assert mail_key(told) == key


@given(st.text() | st.emails())
def test_a_key_of_an_address_s_key_is_that_key(email: str) -> None:
    assert mail_key(mail_key(email)) == mail_key(email)


@pytest.mark.parametrize(
    ("told", "domain"),
    [
        ("acme.example", "acme.example"),
        ("https://www.ACME.example:8080/a/b?c#d", "acme.example"),
        ("//acme.example", ""),
        ("www.acme.example/", "acme.example"),
        ("http://bücher.example", "xn--bcher-kva.example"),
        ("ada@acme.example", ""),
        ("acme", ""),
        ("n/a", ""),
        ("http://", ""),
        ("10.0.0.1", ""),
        ("x" * 64 + ".example", ""),
        (".".join(["x" * 60] * 5), ""),
        (None, ""),
    ],
)
def test_the_domain_of_a_web_address(told: str | None, domain: str) -> None:
    assert web_domain(told) == domain


@given(st.text())
def test_a_domain_of_a_domain_is_that_domain(told: str) -> None:
    assert web_domain(web_domain(told)) == web_domain(told)


def test_numbers_with_and_without_the_country_s_code_are_one() -> None:
    assert len({phone_key(told) for told in ("+49 (0)30 1234567", "030/1234567", "0049 30 123 45 67")}) == 1
    assert [phone_key(told) for told in (None, "", "ext. 12", "123456", "١٢٣٤٥٦٧٨٩")] == ["", "", "", "", ""]


def test_a_person_s_name_needs_both_parts() -> None:
    assert person_key("Zoë", "O'Brien-Smith") == person_key("ZOE", "OBrien Smith") == "zoe obrien smith"
    assert person_key(None, "Smith") == person_key("Zoe", " ") == ""


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.uk", "gmx.at", "hotmail.fr", "web.de", "proton.me"])
def test_anybody_may_have_an_address_there(domain: str) -> None:
    assert is_generic(domain)


@pytest.mark.parametrize("domain", ["acme.com", "yahoo-inc.com", "outlook.acme.com", "gmail.acme.co.uk", "com", ""])
def test_these_domains_are_somebody_s_own(domain: str) -> None:
    assert not is_generic(domain)


@pytest.mark.parametrize("domain", ["com", "de", "co.uk", "com.au", "or.jp", "gob.mx", ""])
def test_names_are_registered_under_these(domain: str) -> None:
    assert is_suffix(domain)


def test_a_domain_is_climbed_up_to_what_was_registered() -> None:
    assert levels("mail.acme.co.uk") == ("mail.acme.co.uk", "acme.co.uk")
    assert levels("a.b.c.d.acme.com") == ("c.d.acme.com", "d.acme.com", "acme.com")
    assert levels("co.uk") == levels("") == ()


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    # Winkler's own examples, to three places.
    [("martha", "marhta", 0.961), ("dwayne", "duane", 0.84), ("dixon", "dicksonx", 0.813), ("abc", "xyz", 0.0)],
)
def test_likeness_is_winkler_s(one: str, other: str, likeness: float) -> None:
    assert round(jaro_winkler(one, other), 3) == likeness


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= jaro_winkler(one, other) <= 1
    assert (jaro_winkler(one, other) == 1) == (one == other != "")


def test_the_list_of_legal_forms_is_written_as_names_are_compared() -> None:
    assert all(naming.words(form) == [form] for form in naming.LEGAL_FORMS)
    assert mail_domain("Ada@Acme.Example") == "acme.example"
