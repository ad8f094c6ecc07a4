"""Two ways to write the same name, address or number are compared as one."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.people.naming import has_path, mail_domain, mail_key, phone_key, web_host, words
from rekindle.domain.people.similarity import jaro_winkler
from tests.support.texts import TEXTS


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
        ("ada @acme.example", ""),
        ('"a da"@acme.example', '"a da"@acme.example'),
        ("ada@acme.example.", "ada@acme.example"),
        ("ada@ACME。example", "ada@acme.example"),
        ("ａｄａ＠ａｃｍｅ．ｅｘａｍｐｌｅ", "ada@acme.example"),
        ("\u200bada@acme.example", "ada@acme.example"),
        ("ada@ac\u00adme.example\u2069", "ada@acme.example"),
        ("\ufeff ad\u200da@acme\u200c.example \u200e", "ada@acme.example"),
        ("ad\0a@acme.example\r\n", "ada@acme.example"),
        ("ad\ud800a@acme.example", "ada@acme.example"),
        ("Jürgen@acme.example", "jürgen@acme.example"),
        ("JU\u0308RGEN@acme.example", "jürgen@acme.example"),
        ("GROẞ@groß.example", "groß@xn--gro-7ka.example"),
        ("gross@GROSS.example", "gross@gross.example"),
        ("ada@XN--GRO-7KA.example", "ada@xn--gro-7ka.example"),
        ("ılgaz@acme.example", "ılgaz@acme.example"),
        ("ada@नहीं.example", "ada@xn--i1b9e4b2a.example"),
        ("ада@Пример.рф", "ада@xn--e1afmkfd.xn--p1ai"),
        ("ada@\U0001f600.example", ""),
        ("ada@xn--e28h.example", "ada@xn--e28h.example"),
        ("ada@a\u0301\u2260.example", ""),
        ("ada@127.0.0.1", ""),
        (None, ""),
    ],
)
def test_the_key_of_an_address(told: str | None, key: str) -> None:
    assert mail_key(told) == key


def test_a_joiner_makes_another_domain_in_a_script_that_needs_it() -> None:
    assert mail_key("ada@نامه\u200cای.example") == "ada@xn--mgba3gch31f060k.example"
    assert mail_key("ada@نامهای.example") == "ada@xn--mgba3gch31f.example"


@given(TEXTS | st.emails() | st.builds("{}@{}.{}".format, TEXTS, TEXTS, TEXTS))
def test_a_key_of_an_address_s_key_is_that_key(email: str) -> None:
    assert mail_key(mail_key(email)) == mail_key(email)


@pytest.mark.parametrize(
    ("told", "domain"),
    [
        ("acme.example", "acme.example"),
        ("https://www.ACME.example:8080/a/b?c#d", "acme.example"),
        ("www.www.acme.example", "acme.example"),
        ("ｗｗｗ．ａｃｍｅ．ｅｘａｍｐｌｅ／ｅｎ", "acme.example"),
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
    assert web_host(told) == domain


@given(TEXTS | st.builds("http://{}.{}/{}".format, TEXTS, TEXTS, TEXTS))
def test_a_domain_of_a_domain_is_that_domain(told: str) -> None:
    assert web_host(web_host(told)) == web_host(told)


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ("acme.example", False),
        ("https://acme.example/", False),
        ("https://acme.example//?a=/b#/c", False),
        ("acme.example#/about", False),
        ("acme.example/en", True),
        ("https://acme.example/index.html?a", True),
        ("acme.example\\en", True),
        (None, False),
    ],
)
def test_a_page_has_a_path(told: str | None, path: bool) -> None:
    assert has_path(told) == path


def test_numbers_with_and_without_the_country_s_code_are_one() -> None:
    assert len({phone_key(told) for told in ("+49 (0)30 1234567", "030/1234567", "0049 30 123 45 67")}) == 1
    assert [phone_key(told) for told in (None, "", "ext. 12", "123456", "١٢٣٤٥٦٧٨٩")] == ["", "", "", "", ""]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë O'Brien-Smith", "ZOE OBrien Smith"),
        ("O´Neill", "O’Neill"),
        ("Renée", "Rene\u0301e"),
        ("Straße", "STRASSE"),
        ("Ćwikła", "cwikla"),
        ("Nguyễn", "Nguyen"),
        ("Σωκράτης", "ΣΩΚΡΑΤΗΣ"),
        ("Йозеф Артём", "иозеф артем"),
        ("İpek Yıldız", "ipek yildiz"),
        ("Ǽlfgar Ǿ", "aelfgar o"),
        ("Ｊｏｈｎ\u3000Ｄｏｅ", "john doe"),
        ("ﾊﾞﾛｰ", "バロー"),
        ("ハ\u3099ロー", "バロー"),
        ("\u1112\u1161\u11ab", "한"),
        ("Zo\u200be", "Zoe"),
        ("Ada \N{SNOWMAN}", "Ada"),
    ],
)
def test_these_names_are_one(one: str, other: str) -> None:
    assert words(one) == words(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("バロー", "ハロー"),
        ("かき", "がき"),
        ("पाटिल", "पटेल"),
        ("टाटा", "टीटी"),
        ("שָׁלוֹם", "שלום"),
        ("مُحمد", "محمد"),
        ("أحمد", "احمد"),
        ("ปา", "ป่า"),
        ("한", "핟"),
        ("தமிழ்", "தமழ"),
    ],
)
def test_a_mark_of_another_script_makes_another_name(one: str, other: str) -> None:
    assert words(one) != words(other)
    assert len(words(one)) == len(words(other)) == 1


def test_a_text_without_letters_has_no_words() -> None:
    assert [words(text) for text in (None, "", " - ", "\u3099", "\U0001f600\ufe0f", "\ud800")] == [[]] * 6


@given(TEXTS)
def test_words_of_words_are_those_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


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


def test_the_domain_of_an_address_is_that_of_its_key() -> None:
    assert mail_domain("Ada@Acme.Example") == "acme.example"
    assert mail_domain("ada") == ""


def test_what_few_records_need_is_not_loaded_for_the_others() -> None:
    """A cold start that records people and scores waits for no table of domains or legal forms."""
    code = (
        "import sys\n"
        "from rekindle.adapters.sources import salesforce\nfrom rekindle.adapters.wire import records\n"
        "from rekindle.domain.people.naming import mail_key, web_host\n"
        "assert mail_key(' Ada@Acme.example ') == 'ada@acme.example'\n"
        "assert web_host('https://acme.example/') == 'acme.example'\n"
        "print(sorted(name for name in sys.modules if name in ('idna', 'publicsuffixlist') or 'company_names' in name))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"
