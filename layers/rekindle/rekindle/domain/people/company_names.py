"""A company's name as it is compared: without what the same company is written with and without.

The list of legal forms beside this module is read when the first name comes.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from rekindle.domain.people.lists import entries
from rekindle.domain.people.naming import LETTERS, words

_EAST = ("\u0e00", "\ud7ff")
"""Between those are the scripts in which a form may be written without a blank: Thai, Chinese, Japanese, Korean."""

_NOBODY = frozenset(
    (
        *("", "na", "none", "null", "nil", "unknown", "not provided", "not available", "self", "self employed"),
        *("selfemployed", "freelance", "freelancer", "individual", "personal", "student", "retired", "home", "test"),
        *("company", "my company", "and"),
    )
)
"""What people write into the field for a company when they have none to name."""
_Words = tuple[str, ...]


def company_key(name: str | None) -> str:
    """A company's name without what companies are written with and without: case, accents, punctuation, "The", the
    legal form; "&" is "and". The empty key where it names none."""
    key, shorter = None, name or ""
    while shorter != key:  # A form may stand behind another.
        key, shorter = shorter, _shorter(shorter)
    return "" if key in _NOBODY else key


class _Forms(NamedTuple):
    before: frozenset[_Words]
    after: frozenset[_Words]
    around: tuple[tuple[_Words, _Words], ...]
    longest: int
    glued: re.Pattern[str]
    """Finds forms that are written without a blank between them and the name: 株式会社メルカリ."""


@cache
def _forms() -> _Forms:
    before: set[_Words] = {("the",)}
    after: set[_Words] = set()
    around: list[tuple[_Words, _Words]] = []
    for line in sorted(entries("legal_forms.txt")):
        head, either, tail = line.partition("…")
        form, end = tuple(_parts(head)), tuple(_parts(tail))
        if end:
            around.append((form, end))
            continue
        after.add(form)
        if either:
            before.add(form)
    glued = re.compile(rf"\b(?:{_any_glued(before)})|(?:{_any_glued(after)})\b")
    return _Forms(frozenset(before), frozenset(after), tuple(around), max(map(len, after)), glued)


def _any_glued(forms: set[_Words]) -> str:
    texts = {form[0] for form in forms if len(form) == 1 and len(form[0]) > 1 and _EAST[0] <= form[0] <= _EAST[1]}
    return "|".join(sorted(texts, key=lambda form: (-len(form), form)))


def _shorter(name: str) -> str:
    forms = _forms()
    words = _parts(name if name.isascii() else forms.glued.sub(r" \g<0> ", _composed(name)))
    while (shorter := _without_form(words, forms)) != words:
        words = shorter
    return " ".join(words)


def _without_form(words: list[str], forms: _Forms) -> list[str]:
    """The name without its outermost form. A name of one word is never taken for a form."""
    for first, last in forms.around:
        start, end = len(first), len(words) - len(last)
        if start < end and tuple(words[:start]) == first and tuple(words[end:]) == last:
            return words[start:end]
    for length in range(min(forms.longest, len(words) - 1), 0, -1):
        if tuple(words[:length]) in forms.before:
            return words[length:]
        if tuple(words[-length:]) in forms.after:
            return words[:-length]
    return words


_INITIALS = re.compile(r"(?<!\w)[^\W_](?:[./][^\W_])+(?!\w)")


def _parts(name: str) -> list[str]:
    """The words of a company's name; initials are one word: S.A., A/S, A. G., I B M."""
    name = _INITIALS.sub(lambda match: match[0].replace(".", "").replace("/", ""), _composed(name))
    return _joined(words(name.replace("&", " and ").replace("+", " and ")))


def _composed(name: str) -> str:
    return unicodedata.normalize("NFKC", name.translate(LETTERS))


def _joined(words: list[str]) -> list[str]:
    joined: list[str] = []
    single = False
    for word in words:
        alone = len(word) == 1 and word < _EAST[0]
        if single and alone:
            joined[-1] += word
        else:
            joined.append(word)
        single = alone
    return joined
