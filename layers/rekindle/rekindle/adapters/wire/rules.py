"""What a field of a fact may hold, and how a value that breaks its rule is refused in plain words."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

from rekindle.domain.core import times
from rekindle.domain.core.errors import Fault, InFuture, InvalidField
from rekindle.domain.records.kind import LONGEST_TEXT

LONGEST_IDENTIFIER = 128
LONGEST_TIME = 64
MOST_FIELDS = 50
LONGEST_FIELD_NAME = 64
LONGEST_FIELD_TEXT = 1024
LARGEST_FIELDS = 32_768
MOST_MERGED = 100
MOST_DAYS = 3650
LARGEST = 2**63 - 1
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""The times that are taken: a look-back, a timeout or a delay from any of them ends within the calendar."""

_NO_CONTROL = r"\A[^\x00-\x1f\x7f-\x9f]+\Z"

# A description says, in a refusal, what was expected.
Identifier = Annotated[
    str,
    Meta(
        max_length=LONGEST_IDENTIFIER,
        pattern=_NO_CONTROL,
        description=f"an identifier of 1 to {LONGEST_IDENTIFIER} characters, no control character",
    ),
]
Merged = Annotated[
    list[Identifier],
    Meta(min_length=1, max_length=MOST_MERGED, description=f"a list of 1 to {MOST_MERGED} identifiers"),
]


def text_of(longest: int) -> Any:
    return Annotated[str, Meta(max_length=longest, description=f"a text of at most {longest} characters")]


Text = text_of(LONGEST_TEXT)
Time = Annotated[
    str,
    Meta(
        max_length=LONGEST_TIME,
        description="a time with an offset, as 2025-03-31T09:30:00Z",
        extra_json_schema={"format": "date-time"},
    ),
]
Date = Annotated[date, Meta(description="a date, as 2025-03-31")]
Flag = Annotated[bool, Meta(description="true or false")]
Sequence = Annotated[int, Meta(ge=0, le=LARGEST, description="a whole number, 0 or more")]
FieldName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_FIELD_NAME,
        pattern=_NO_CONTROL,
        description=f"a name of 1 to {LONGEST_FIELD_NAME} characters, no control character",
    ),
]
Days = Annotated[int, Meta(ge=0, le=MOST_DAYS, description=f"a whole number of days from 0 to {MOST_DAYS:,}")]
_CLASSES = '"new", "never_engaged", "formerly_engaged" or "non_response"'
Classes = Annotated[
    list[Annotated[Literal["new", "never_engaged", "formerly_engaged", "non_response"], Meta(description=_CLASSES)]],
    Meta(
        min_length=1,
        max_length=4,
        description=f"a list of {_CLASSES}, each at most once",
        extra_json_schema={"uniqueItems": True},
    ),
]
Fallback = Annotated[Literal["default", "none"], Meta(description='"default" or "none"')]
PromptFallback = Annotated[
    Literal["keep_prompted", "default", "none"], Meta(description='"keep_prompted", "default" (the same) or "none"')
]
Intent = Annotated[
    Literal["convert", "create_opportunity", "activate"],
    Meta(description='"convert", "create_opportunity" or "activate"'),
]
ConvertibleTo = Annotated[
    Literal["lead", "contact", "opportunity"], Meta(description='"lead", "contact" or "opportunity"')
]
LONGEST_NOTE = 1000
Note = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_NOTE,
        pattern=r"\S",
        description=f"a text of 1 to {LONGEST_NOTE} characters, not only spaces",
    ),
]
MOST_FAILURES = 200
FailureIds = Annotated[
    list[Identifier],
    Meta(min_length=1, max_length=MOST_FAILURES, description=f"a list of 1 to {MOST_FAILURES} identifiers"),
]
FailureLimit = Annotated[int, Meta(ge=1, le=MOST_FAILURES, description=f"a whole number from 1 to {MOST_FAILURES}")]
LONGEST_TEMPLATE = 5000
TemplateName = Annotated[
    Literal["assigned", "reassigned", "timed_out", "reminder", "digest"],
    Meta(description='"assigned", "reassigned", "timed_out", "reminder" or "digest"'),
]
TemplateParts = Annotated[
    dict[
        str,
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=LONGEST_TEMPLATE,
                description=f"a text of 1 to {LONGEST_TEMPLATE:,} characters",
            ),
        ],
    ],
    Meta(description="an object of subject, body or both"),
]
MOST_INPUTS = 200
Inputs = Annotated[
    list[Any],
    Meta(min_length=1, max_length=MOST_INPUTS, description=f"a list of 1 to {MOST_INPUTS} inputs"),
]
MOST_EVENTS = 2_000
LARGEST_SIMULATION = 3_000_000
"""Events and bytes of a simulation's request. Lambda takes six million bytes, and API Gateway waits for 29 seconds."""
LARGEST_ANSWER = 5_000_000
"""Bytes of the decisions of one answer. Lambda carries six million, what stands beside the decisions included."""
FieldValue = (
    Annotated[
        str,
        Meta(
            max_length=LONGEST_FIELD_TEXT,
            description=f"a text of at most {LONGEST_FIELD_TEXT} characters, a number, true, false or null",
        ),
    ]
    | Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
    | Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
    | bool
    | None
)
Fields = Annotated[
    dict[FieldName, FieldValue],
    Meta(max_length=MOST_FIELDS, description=f"an object of at most {MOST_FIELDS} named values"),
]

Naming = Callable[[str], str]
"""Our name of a field -> the path at which the caller wrote it."""


def checked[T: msgspec.Struct](form: type[T], values: Mapping[str, Any], naming: Naming) -> T:
    """The values in their form. Raises InvalidField with every field of the form that breaks its rule."""
    try:
        return msgspec.convert(values, form)
    except msgspec.ValidationError:
        values = {name: _as_integer(value) for name, value in values.items()}
    try:
        return msgspec.convert(values, form)
    except msgspec.ValidationError as error:
        raise InvalidField.of(_faults(form, values, naming) or [("", str(error))]) from None


def _as_integer(value: Any) -> Any:
    """30.0 is 30: to JSON they are one number, and some write every number with a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def only(known: Collection[str], values: Mapping[str, Any], naming: Naming) -> None:
    """Refuse a field that is not known: a typo must not pass silently."""
    unknown = [(naming(name), "there is no such field") for name in values if name not in known]
    if unknown:
        raise InvalidField.of(unknown)


def gathered(*reads: Callable[[], Any]) -> list[Any]:
    """What each of these reads. Raises InvalidField with the faults of all that refuse; of one field, the first."""
    results, refusals = [], []
    for read in reads:
        try:
            results.append(read())
        except (InvalidField, InFuture) as refusal:
            refusals.append(refusal)
    if not refusals:
        return results
    faults = dict(fault for refusal in reversed(refusals) for fault in _by_path(refusal))
    ordered = dict.fromkeys(path for refusal in refusals for path, _ in _by_path(refusal))
    if len(ordered) == 1:
        raise refusals[0]
    raise InvalidField.of([(path, faults[path]) for path in ordered])


def _by_path(refusal: InvalidField | InFuture) -> Iterable[Fault]:
    return refusal.faults or [("", refusal.message)]


def required(rule: Any, values: Mapping[str, Any], name: str, naming: Naming) -> Any:
    """One value that has to be there, under its rule."""
    if name not in values:
        raise InvalidField("this field is required", naming(name))
    return checked_value(rule, values[name], naming(name))


def checked_value(rule: Any, value: Any, path: str) -> Any:
    """One value under its rule. Raises InvalidField."""
    try:
        return msgspec.convert(_as_integer(value), rule)
    except msgspec.ValidationError:
        raise InvalidField.of(_innermost(rule, value, path)) from None


def identifier(values: Mapping[str, Any], name: str, naming: Naming) -> str:
    """An identifier that has to be there."""
    record_id: str = required(Identifier, values, name, naming)
    return record_id


def time_in(values: Mapping[str, Any], name: str, naming: Naming) -> datetime:
    """A time that has to be there, in UTC and to the millisecond."""
    text = values.get(name)
    if type(text) is not str or len(text) > LONGEST_TIME:
        text = required(Time, values, name, naming)
    return moment(text, naming(name))


def moment(text: str, path: str) -> datetime:
    """A time with an offset, in UTC and to the millisecond."""
    try:
        instant = _read(text)
        if instant.tzinfo is UTC and not instant.microsecond and EARLIEST <= instant <= LATEST:
            return instant  # As nearly every time is written; and each event's is needed more than once.
    except ValueError:
        pass
    try:
        instant = times.instant(text)
    except OverflowError:
        raise InvalidField(_OUT_OF_TIME, path) from None
    except ValueError:
        raise InvalidField(_complaint(Time, text), path) from None
    if not EARLIEST <= instant <= LATEST:
        raise InvalidField(_OUT_OF_TIME, path)
    return instant


def happened_at(detail: Mapping[str, Any], at: datetime, arrived_at: datetime, naming: Naming) -> datetime:
    """When a fact happened: its `occurred_at`, else the time it was sent at. A bus may stamp a time of its own, to the
    second or the moment of a replay. Raises InFuture."""
    if detail.get("occurred_at") is None:
        return at
    happened = time_in(detail, "occurred_at", naming)
    if happened > arrived_at + times.AHEAD:
        raise in_future(naming("occurred_at"))
    return happened


def in_future(path: str) -> InFuture:
    return InFuture("expected a time that is past, got one more than five minutes after the fact arrived", path)


_read = datetime.fromisoformat
_OUT_OF_TIME = f"expected a time from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"


def no_blank(value: Any) -> Any:
    """The value; None for a text that is empty or white space alone, which is no value."""
    return None if isinstance(value, str) and not value.strip() else value


def fitting(fields: Mapping[str, Any] | None, path: str) -> None:
    """Refuse named values that are too large together, so that no message fills a record by itself."""
    if fields and len(msgspec.json.encode(fields)) > LARGEST_FIELDS:
        raise InvalidField(f"the named values are larger than {LARGEST_FIELDS:,} bytes together", path)


def _faults(form: type[msgspec.Struct], values: Mapping[str, Any], naming: Naming) -> list[Fault]:
    """Finds which fields it were: slow, and run for refusals alone."""
    faults: list[Fault] = []
    for field in msgspec.structs.fields(form):
        if field.name not in values:
            if field.required:
                faults.append((naming(field.name), "this field is required"))
        elif not fits(field.type, values[field.name]):
            faults += _innermost(field.type, values[field.name], naming(field.name))
    return faults


def fitting_fields(form: type[msgspec.Struct], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that break a rule of the form."""
    rules = {field.name: field.type for field in msgspec.structs.fields(form)}
    return {n: v for n, v in values.items() if n not in rules or fits(rules[n], _as_integer(v))}


def _innermost(rule: Any, value: Any, path: str) -> list[Fault]:
    """The faults of the very entries of a list or an object that break its rule."""
    within = get_args(_plain(rule))
    faults: list[Fault] = []
    if isinstance(value, list) and get_origin(_plain(rule)) is list:
        for index, entry in enumerate(value):
            if not fits(within[0], entry):
                faults += _innermost(within[0], entry, f"{path}[{index}]")
    if isinstance(value, dict) and get_origin(_plain(rule)) is dict:
        for key, entry in value.items():
            if not fits(within[0], key):
                faults.append((path, _complaint(within[0], key)))
            elif not fits(within[1], entry):
                faults += _innermost(within[1], entry, f"{path}.{key}")
    return faults or [(path, _complaint(rule, value))]


def fits(rule: Any, value: Any) -> bool:
    """Whether a value keeps a rule."""
    try:
        msgspec.convert(value, rule)
    except msgspec.ValidationError:
        return False
    return True


def _described(rule: Any) -> tuple[Any, str] | None:
    """Of a rule, or of a union of rules: the type of the part that is described, and its description."""
    for part in (rule, *get_args(rule)):
        if get_origin(part) is Annotated:
            plain, *metas = get_args(part)
            for meta in metas:
                if isinstance(meta, Meta) and meta.description:
                    return plain, meta.description
    return None


def _plain(rule: Any) -> Any:
    described = _described(rule)
    return described[0] if described else rule


def _complaint(rule: Any, value: Any) -> str:
    described = _described(rule)
    return f"expected {described[1] if described else 'another value'}, got {kind_of(value)}"


def kind_of(value: Any) -> str:
    """What a value is, in words that do not repeat it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            characters = "character" if len(value) == 1 else "characters"
            return f"a text of {len(value)} {characters}" if value else "an empty text"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"an object of {len(value)}"
        case _:
            return "another value"
