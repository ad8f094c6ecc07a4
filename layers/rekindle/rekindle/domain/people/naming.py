"""Names, addresses and numbers as they are compared: what two ways to write the same thing have in common.

Each key of a key is that key again. What says nothing has the empty key, and an empty key is equal to none.
"""

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart into a plain one and its accent."""
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_WORD = re.compile(r"[^\W_]+")

LEGAL_FORMS = frozenset(
    (
        *("inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "pllc", "pc", "ltd"),
        *("limited", "plc", "pty", "cic", "gmbh", "mbh", "ggmbh", "ag", "kg", "kgaa", "ohg", "gbr", "ug", "eg", "ev"),
        *(
            "ek",
            "se",
            "sa",
            "sas",
            "sasu",
            "sarl",
            "eurl",
            "snc",
            "scop",
            "nv",
            "bv",
            "vof",
            "cv",
            "cvba",
            "bvba",
            "srl",
        ),
        *("spa", "sapa", "scrl", "sl", "slu", "sau", "ltda", "lda", "eireli", "sab", "ab", "as", "asa", "aps"),
        *("oy", "oyj", "hf", "ehf", "kk", "gk", "kft", "zrt", "nyrt", "bt", "sro", "doo", "dd", "ood", "eood", "ooo"),
        *("oao", "zao", "pao", "tov", "spzoo", "spk", "uab", "sia", "ou", "pvt", "private", "bhd", "sdn", "pte", "tbk"),
        *("jsc", "ojsc", "pjsc", "cjsc", "holding", "holdings", "group"),
    )
)
"""What stands at the end of a company's name and says what kind of company it is, not which: the commoner legal forms
of ISO 20275, kept by hand, and the words for a group. A form of several words is written as one, as `company_key` joins
them where they are single letters."""
_JOINING = frozenset({"and", "de"})
"""What is left hanging where a legal form was taken away: GmbH & Co. KG, S.A. de C.V."""
_NOBODY = frozenset(
    (
        *("", "na", "none", "null", "nil", "unknown", "not provided", "not available", "self", "self employed"),
        *("selfemployed", "freelance", "freelancer", "individual", "personal", "student", "retired", "home", "test"),
        *("company", "my company", "and"),
    )
)
"""What people write into the field for a company when they have none to name."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_DOMAIN = 253
_DIGITS_COMPARED, _FEWEST_DIGITS = 9, 7


def words(text: str | None) -> list[str]:
    """The words of a text without case, accents and punctuation."""
    folded = unicodedata.normalize("NFKD", (text or "").casefold().translate(_LETTERS)).casefold().translate(_LETTERS)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter))
    return _WORD.findall(_APOSTROPHES.sub("", plain))


def company_key(name: str | None) -> str:
    """A company's name without what companies are written with and without: case, accents, punctuation, "The", the
    legal form; "&" is "and". The empty key where it names none."""
    found = _joined(words((name or "").replace("&", " and ").replace("+", " and ")))
    while len(found) > 1 and found[0] == "the":
        del found[0]
    while len(found) > 1 and (found[-1] in LEGAL_FORMS or found[-1] in _JOINING):
        del found[-1]
    key = " ".join(found)
    return "" if key in _NOBODY else key


def _joined(found: list[str]) -> list[str]:
    """Single letters beside each other as one word: S.A., A. G., I B M."""
    joined: list[str] = []
    single = False
    for word in found:
        if single and len(word) == 1:
            joined[-1] += word
        else:
            joined.append(word)
        single = len(word) == 1
    return joined


def person_key(first_name: str | None, last_name: str | None) -> str:
    """A person's name; the empty key unless both parts are told."""
    first, last = " ".join(words(first_name)), " ".join(words(last_name))
    return f"{first} {last}" if first and last else ""


def phone_key(phone: str | None) -> str:
    """The last nine digits: what a number has in common with and without the country's code. Two numbers of different
    countries that end alike have the same key, so it says who somebody is only together with a name."""
    digits = "".join(letter for letter in phone or "" if letter.isascii() and letter.isdigit())
    return digits[-_DIGITS_COMPARED:] if len(digits) >= _FEWEST_DIGITS else ""


def mail_key(email: str | None) -> str:
    """An e-mail address without case and blanks. Whether `a.b+c@` and `ab@` are one mailbox is for its host to say."""
    local, at, host = (email or "").strip().casefold().rpartition("@")
    domain = _domain(host)
    return f"{local}@{domain}" if at and local and domain and not any(map(str.isspace, local)) else ""


def mail_domain(email: str | None) -> str:
    return mail_key(email).rpartition("@")[2]


def web_domain(address: str | None) -> str:
    """The domain of a web address, or of a domain that is written alone; without `www`."""
    text = (address or "").strip().casefold()
    host = re.split(r"[/?#\\]", text.partition("://")[2] or text, maxsplit=1)[0]
    if "@" in host or not host:
        return ""
    return _domain(host.partition(":")[0].removeprefix("www."))


def _domain(host: str) -> str:
    host = host.rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return ""
    labels = host.split(".")
    well_formed = len(labels) > 1 and not labels[-1].isdigit() and all(_LABEL.fullmatch(label) for label in labels)
    return host if well_formed and len(host) <= _LONGEST_DOMAIN else ""
