"""Names, addresses and numbers as they are compared: what two ways to write the same thing have in common.

Each key of a key is that key again. What says nothing has the empty key, and an empty key is equal to none. A key can
be made of any text. Whatever only some texts need is loaded when the first of those comes.
"""

import re
import unicodedata

_INVISIBLE = (
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls, halves of characters, and what Unicode calls default ignorable, less the two below."""
_JOINERS = "[\u200c\u200d]"
"""They are invisible too. In some scripts a domain with one is another domain than that without."""
_FULL_WIDTH = "[\u3000\uff01-\uffee]+"

LETTERS = str.maketrans(
    {
        **{"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ħ": "h", "ð": "d", "þ": "th", "ı": "i"},
        **dict.fromkeys("'’‘`´ʼʻ׳＇"),
    }
)
"""Letters that Unicode does not take apart into a plain one and its accent; and apostrophes, which are left out."""
_END_OF_ACCENTED = "\u0530"
"""Below are the Latin, Greek and Cyrillic letters, of which an accent may be left out. Marks of other scripts are
letters: they make a vowel or a consonant another."""
_WORD = re.compile(r"[^\W_]+")

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_DOMAIN = 253
_DIGITS_COMPARED, _FEWEST_DIGITS = 9, 7


# --- names ---------------------------------------------------------------------------------------------------------


def words(text: str | None) -> list[str]:
    """The words of a text without case and punctuation, and without the accents of Latin, Greek and Cyrillic letters.
    Invisible characters and the width of letters make no difference."""
    if not text or text.isascii():
        return _WORD.findall((text or "").lower().replace("'", "").replace("`", ""))
    shown = re.sub(f"{_INVISIBLE}|{_JOINERS}", "", text)
    for _ in range(2):  # A letter that is taken apart may have a capital and an apostrophe in it.
        shown = unicodedata.normalize("NFKC", shown.casefold().translate(LETTERS))
    letters, base = [], ""
    for letter in unicodedata.normalize("NFD", shown).translate(LETTERS):
        if letter.isalnum():
            base = letter
            letters.append(letter)
        elif unicodedata.category(letter) not in ("Mn", "Mc"):
            base = ""
            letters.append(" ")
        elif base and not (base < _END_OF_ACCENTED and unicodedata.combining(letter)):
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters)).split()


# --- numbers and addresses -----------------------------------------------------------------------------------------


def phone_key(phone: str | None) -> str:
    """The last nine digits: what a number has in common with and without the country's code. Two numbers of different
    countries that end alike have the same key, so it says who somebody is only together with a name."""
    digits = "".join(letter for letter in phone or "" if letter.isascii() and letter.isdigit())
    return digits[-_DIGITS_COMPARED:] if len(digits) >= _FEWEST_DIGITS else ""


def mail_key(email: str | None) -> str:
    """An e-mail address in lower case, without what nobody sees. Whether `a.b+c@` and `ab@` are one mailbox is for its
    host to say; ß and ss are two letters."""
    local, at, host = _shown(email).rpartition("@")
    if not local.isascii():
        local = unicodedata.normalize("NFC", re.sub(_JOINERS, "", local))
        local = unicodedata.normalize("NFC", local.lower())
    local, domain = local.lstrip().lower(), _domain(host)
    quoted = len(local) > 2 and local[0] == local[-1] == '"'
    return f"{local}@{domain}" if at and local and domain and (quoted or not any(map(str.isspace, local))) else ""


def mail_domain(email: str | None) -> str:
    return mail_key(email).rpartition("@")[2]


def web_host(address: str | None) -> str:
    """The domain of a web address, or of a domain that is written alone; without `www`."""
    host = _host_and_path(address)[0]
    domain = "" if "@" in host else _domain(host.partition(":")[0])
    while domain.startswith("www.") and domain.count(".") > 1:
        domain = domain.removeprefix("www.")
    return domain


def has_path(address: str | None) -> bool:
    """Whether a web address is that of a page, or of a folder, and not of a whole site."""
    return bool(_host_and_path(address)[1])


def _host_and_path(address: str | None) -> tuple[str, str]:
    text = _shown(address)
    site = re.split("[?#]", text.partition("://")[2] or text, maxsplit=1)[0].replace("\\", "/")
    host, _, path = site.partition("/")
    return host, path.strip("/ ")


def _shown(text: str | None) -> str:
    if not text or (text.isascii() and text.isprintable()):
        return (text or "").strip()
    text = re.sub(_FULL_WIDTH, lambda match: unicodedata.normalize("NFKC", match[0]), re.sub(_INVISIBLE, "", text))
    return re.sub(_INVISIBLE, "", text).strip()


def _domain(host: str) -> str:
    """A domain as name servers know it; in letters of other scripts as IDNA 2008 and UTS 46 write it."""
    if not host.isascii():
        host = _in_ascii(host) or _in_ascii(re.sub(_JOINERS, "", host).rstrip())
    host = host.lower().rstrip(".")
    labels = host.split(".")
    well_formed = len(labels) > 1 and not labels[-1].isdigit() and all(_LABEL.fullmatch(label) for label in labels)
    return host if well_formed and len(host) <= _LONGEST_DOMAIN else ""


def _in_ascii(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode()
    except UnicodeError:
        return ""
