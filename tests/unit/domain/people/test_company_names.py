"""Two ways to write the name of a company are compared as one, and the names of two companies as two."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rekindle.domain.people.company_names import company_key
from rekindle.domain.people.lists import entries
from tests.support.texts import TEXTS


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
        ("Macy´s", "Macy’s"),
        ("Weiß AG", "Weiss"),
        ("Ørsted A/S", "Orsted"),
        ("Tiffany & Co.", "Tiffany"),
        ("Tiffany ＆ Co．", "Tiffany"),
        ("  Acme \t Holdings   Ltd", "Acme"),
        ("ＡＣＭＥ", "acme"),
        ("Acme\u200b Ltd\ufeff", "Acme"),
    ],
)
def test_these_companies_are_one(one: str, other: str) -> None:
    assert company_key(one) == company_key(other) != ""


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        # At the end.
        ("Canva Pty. Ltd.", "Canva"),
        ("Infosys (Pvt) Limited", "Infosys"),
        ("Grab Pte Ltd", "Grab"),
        ("Petronas Sdn. Bhd.", "Petronas"),
        ("Aramex PJSC", "Aramex"),
        ("Cinépolis, S. de R.L. de C.V.", "Cinepolis"),
        ("Rappi S.A.S.", "Rappi"),
        ("Natura Cosméticos S/A", "Natura Cosmeticos"),
        ("Studio G S.r.l.", "Studio G"),
        ("Plan B S.A.", "Plan B"),
        ("Acme S.à r.l.", "Acme"),
        ("CD Projekt Sp. z o.o.", "CD Projekt"),
        ("CD Projekt Sp. z o. o.", "CD Projekt"),
        ("Kofola spol. s r.o.", "Kofola"),
        ("Gorenje d.o.o.", "Gorenje"),
        ("Vestel A.Ş.", "Vestel"),
        ("BİM ANONİM ŞİRKETİ", "bim"),
        ("Bolt OÜ", "Bolt"),
        ("Nokia Oyj", "Nokia"),
        ("ΔΕΗ Α.Ε.", "ΔΕΗ"),
        ('אלביט בע"מ', "אלביט"),
        ("אלביט בע״מ", "אלביט"),
        ("المراعي ش.م.م", "المراعي"),
        ("इन्फोसिस लिमिटेड", "इन्फोसिस"),
        ("इन्फोसिस प्रा. लि.", "इन्फोसिस"),
        ("小米科技有限责任公司", "小米科技"),
        ("鴻海精密工業股份有限公司", "鴻海精密工業"),
        # At the beginning, with a blank and without, in one letter.
        ("有限会社ひかり", "ひかり"),
        ("ひかり 有限会社", "ひかり"),
        ("㈱ひかり", "ひかり"),
        ("ひかり(株)", "ひかり"),
        ("ひかり（有）", "ひかり"),
        ("Kabushiki Kaisha Hikari", "Hikari"),
        ("주식회사 하늘", "하늘"),
        ("하늘주식회사", "하늘"),
        ("㈜하늘", "하늘"),
        ("하늘 (주)", "하늘"),
        ("ООО «Берёзка»", "Березка"),
        ("Берёзка, ЗАО", "Березка"),
        ("OOO Beryozka", "Beryozka"),
        ("ТОВ Барвінок", "Барвінок"),
        ("SIA Saule", "Saule"),
        ("SARL Dupont", "Dupont"),
        ("PT Garuda Tbk", "Garuda"),
        ("Công ty TNHH Hoa Sen", "hoa sen"),
        ("شركة النور", "النور"),
        # At both ends.
        ("บริษัท ดาว จำกัด", "ดาว"),
        ("บริษัทดาวจำกัด (มหาชน)", "ดาว"),
        ("Oy Karl Fazer Ab", "Karl Fazer"),
        ("S.C. Dacia S.R.L.", "Dacia"),
    ],
)
def test_a_legal_form_makes_no_difference(name: str, bare: str) -> None:
    assert company_key(name) == company_key(bare) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "Acme Germany"),
        ("AG Barr", "Barr"),
        ("SAS Institute", "Institute"),
        ("SC Johnson", "Johnson"),
        ("AB InBev", "InBev"),
        ("AO World", "World"),
        ("Co-op", "Op"),
        ("北京", "東京"),
        ("3M", "3N"),
        ("バロー", "ハロー"),
        ("टाटा मोटर्स", "टीटी मीटर्स"),
        ("주택공사", "택공사"),
        ("株木建設", "木建設"),
        ("有田焼", "田焼"),
        ("Общество знания", "знания"),
    ],
)
def test_these_companies_are_two(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize("name", ["SAS", "Limited", "GmbH", "A/S", "Group", "有限公司"])
def test_a_name_that_is_a_legal_form_is_a_name(name: str) -> None:
    assert company_key(name) == company_key(f"{name} Inc.") != ""


@pytest.mark.parametrize("name", ["株式会社", "(주)", "ООО", "บริษัท"])
def test_a_form_that_stands_alone_is_a_name(name: str) -> None:
    assert company_key(name) != ""


@pytest.mark.parametrize(
    "name", [None, "", "n/a", "N.A.", "-", "Self-Employed", "(none)", "unknown", "The Company", "&", "\u200b", "☎️"]
)
def test_these_name_no_company(name: str | None) -> None:
    assert company_key(name) == ""


@given(TEXTS | st.builds("{} {} {}".format, TEXTS, TEXTS, TEXTS))
@example("The T h e Inc")
@example("GmbH & Co. KG")
@example("ŉ ǅ ẞ ﬁ")
@example("株式会社有限会社A B")
def test_a_key_of_a_company_s_key_is_that_key(name: str) -> None:
    assert company_key(company_key(name)) == company_key(name)


@given(
    st.lists(
        st.sampled_from(["the", "a", "b", "s", "and", "de", "acme", "&", "メルカリ"])
        | st.sampled_from(sorted(form.replace("…", "") for form in entries("legal_forms.txt"))),
        max_size=7,
    ),
    st.sampled_from(["", " "]),
)
def test_a_key_of_a_company_s_key_is_that_key_whatever_is_taken_away(words: list[str], between: str) -> None:
    name = between.join(words)
    assert company_key(company_key(name)) == company_key(name)
