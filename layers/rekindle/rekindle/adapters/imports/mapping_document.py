"""A mapping document, in YAML or JSON, as a mapping. All faults of a document are reported at once, by its path."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rekindle.adapters.imports.lines import codec_of
from rekindle.domain.core.errors import Malformed
from rekindle.domain.imports.cells import DECIMALS
from rekindle.domain.imports.dates import ORDERS
from rekindle.domain.imports.mapping import FileMapping
from rekindle.domain.imports.refusals import FileFault, FileRefused

LARGEST = 200_000
"""Bytes of a document."""
_SCALAR = (str, int, float, bool)
_KEYS = ("columns", "set", "values", "encoding", "delimiter", "dates", "decimal", "sheet", "country", "source_system")


def mapping_of(body: bytes) -> FileMapping:
    """Raises FileRefused."""
    return mapping_from(_read(body))


def mapping_from(document: Mapping[str, Any]) -> FileMapping:
    """Raises FileRefused."""
    faults = list(faults_of(document))
    if faults:
        listed = "; ".join(f"{at}: {message}" for at, message in faults)
        raise FileRefused(FileFault.MAPPING, listed, faults[0][0])
    columns = document.get("columns")
    chosen = dict(document.get("set") or {})
    if document.get("source_system") is not None:
        chosen["source_system"] = document["source_system"]
    encoding = document.get("encoding")
    return FileMapping(
        columns=None if columns is None else {header: _listed(names) for header, names in columns.items()},
        set=chosen,
        values=document.get("values") or {},
        encoding=None if encoding is None else codec_of(encoding),
        delimiter=document.get("delimiter"),
        dates=document.get("dates"),
        decimal=document.get("decimal"),
        sheet=document.get("sheet"),
        country=document.get("country"),
    )


def _read(body: bytes) -> Mapping[str, Any]:
    if len(body) > LARGEST:
        raise FileRefused(FileFault.MAPPING, f"the mapping is larger than {LARGEST:,} bytes")
    # A function reads documents that are stored, and needs no YAML.
    from rekindle.adapters.wire.settings import yaml_document

    try:
        text = body.decode("utf-8-sig")
        document = json.loads(text) if text.lstrip().startswith("{") else yaml_document.load(text)
    except Malformed as refusal:
        raise FileRefused(FileFault.MAPPING, refusal.message, refusal.field) from None
    except (ValueError, RecursionError) as error:
        kind = "UTF-8" if isinstance(error, UnicodeDecodeError) else "JSON"
        raise FileRefused(FileFault.MAPPING, f"the mapping is not {kind}") from None
    document = {} if document is None else document
    if not isinstance(document, dict):
        raise FileRefused(FileFault.MAPPING, "the mapping needs to be an object")
    return document


def _listed(names: Any) -> tuple[str, ...]:
    return () if names is None else (names,) if isinstance(names, str) else tuple(names)


def faults_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a document is wrong, by path, and what was expected."""
    for key in document:
        if key not in _KEYS:
            yield str(key), f"there is no such key; there are {', '.join(_KEYS)}"
    yield from _faults_of(document, "columns", _is_field_list, "a field, a list of fields, or null to leave it out")
    yield from _faults_of(document, "set", lambda value: isinstance(value, _SCALAR), "a text, a number, true or false")
    yield from _faults_of(document, "values", _is_meanings, "an object: what the file says, and what it means")
    for key, (keeps, expected) in _SINGLE.items():
        value = document.get(key)
        if value is not None and not (isinstance(value, str) and keeps(value)):
            yield key, f"expected {expected}"


def _faults_of(
    document: Mapping[str, Any], key: str, keeps: Callable[[Any], bool], expected: str
) -> Iterator[tuple[str, str]]:
    values = document.get(key)
    if values is None:
        return
    if not isinstance(values, dict):
        yield key, "expected an object"
        return
    for name, value in values.items():
        if not keeps(value):
            yield f"{key}.{name}", f"expected {expected}"


def _is_field_list(value: Any) -> bool:
    return (
        value is None or isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))
    )


def _is_meanings(value: Any) -> bool:
    return isinstance(value, dict) and all(one is None or isinstance(one, _SCALAR) for one in value.values())


_SINGLE: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "encoding": (lambda text: codec_of(text) is not None, "an encoding, as cp1252 or utf-16-le"),
    "delimiter": (lambda text: len(text) == 1 and text not in '\r\n"\0', "one character"),
    "dates": (lambda text: text in ORDERS, f"one of {', '.join(ORDERS)}"),
    "decimal": (lambda text: text in DECIMALS, 'the decimal sign, "." or ","'),
    "sheet": (bool, "the name of a sheet"),
    "country": (lambda text: len(text) == 2 and text.isascii() and text.isupper(), "a country by two letters, as DE"),
    "source_system": (lambda text: bool(text.strip()), "a name"),
}
