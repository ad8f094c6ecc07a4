"""Templates say what they are told to, are refused by line where they cannot, and cannot run away."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.templates import FILTERS, JinjaTemplates, faults
from rekindle.domain.notifications.notification import sample
from rekindle.domain.notifications.template import (
    BUILT_IN,
    DIGEST,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    TEMPLATES,
    BadTemplate,
    Names,
    Template,
    Values,
    names_of,
)

WRITE = JinjaTemplates().write


def body(source: str, name: str = "assigned", **changes: object) -> str:
    return WRITE(name, Template("-", source), {**sample(name), **changes}).body


def fault(source: str, name: str = "assigned") -> str:
    (found, *_) = faults(name, "body", source)
    return str(found)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_built_in_templates_are_without_fault(name: str) -> None:
    for part in ("subject", "body"):
        assert faults(name, part, getattr(BUILT_IN[name], part)) == []
    written = WRITE(name, BUILT_IN[name], sample(name))
    assert "Sample" in written.body and "None" not in written.body


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_names_are_those_of_the_values(name: str) -> None:
    """What a template may name is there, and what is there may be named."""
    assert shape(sample(name)) == named(names_of(name))


def shape(values: Values, at: str = "") -> set[str]:
    found = set()
    for key, value in values.items():
        if isinstance(value, list):
            value = value[0]
        found |= shape(value, f"{at}{key}.") if isinstance(value, dict) else {f"{at}{key}"}
    return found


def named(names: Names, at: str = "") -> set[str]:
    found = set()
    for key, inner in names.items():
        if isinstance(inner, list):
            inner = inner[0]
        found |= named(inner, f"{at}{key}.") if inner is not None else {f"{at}{key}"}
    return {name for name in found if not name.endswith("*")}


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ person.name }}", "Grace Sample"),
        ("{{ person.name | upper }}", "GRACE SAMPLE"),
        ("{{ person.fields.region | default('nowhere') }}", "nowhere"),
        ("{{ person['fields']['Lead Source'] }}!", "!"),
        ("{% if kind == 'assigned' %}a{% else %}b{% endif %}", "a"),
        ("{% if kind in ['timed_out', 'reminder'] %}a{% elif person.company %}b{% endif %}", "b"),
        ("{{ 'yes' if person.email is defined else 'no' }}", "yes"),
        ("{{ person.status or 'none' }}", "Open - Not Contacted"),
        ("{# a remark #}{{ owner.name }}", "Ada Byron"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("<{{ campaign.name }}> & {{ campaign.id }}", "<Spring webinar> & spring-webinar"),
    ],
)
def test_a_template_says_what_its_names_stand_for(source: str, written: str) -> None:
    assert body(source) == written


@pytest.mark.parametrize("held", [{"email": None}, {}])
@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("[{{ owner.email }}]", "[]"),
        ("[{{ owner['email'] }}]", "[]"),
        ("[{{ owner.email | upper | truncate(3) }}]", "[]"),
        ("{{ owner.email | default('nowhere') }}", "nowhere"),
        ("{{ 'there' if owner.email is defined else 'not there' }}", "not there"),
        ("{{ owner.email or owner.name or 'nobody' }}", "nobody"),
    ],
)
def test_what_is_absent_is_empty(source: str, written: str, held: dict[str, None]) -> None:
    assert body(source, owner=held) == written


def test_a_digest_goes_through_its_leads() -> None:
    source = "{% for lead in leads if lead.person.company %}{{ loop.index }}. {{ lead.person.id }} {% endfor %}"
    assert body(source, DIGEST) == "1. lead-1 2. lead-2 3. lead-3"
    assert body("{{ (leads|first).person.id }}", DIGEST) == "lead-1"
    assert body("{{ leads|length }}", DIGEST) == "3"


def test_a_subject_is_one_line() -> None:
    assert WRITE("assigned", Template("a\n  b\t{{ kind }}\n", "x"), sample("assigned")).subject == "a b assigned"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ person.nmae }}", "line 1: there is no 'nmae' here: there is company, do_not_contact, email"),
        (
            "a\nb\n{{ persn.name }}",
            "line 3: there is no 'persn' here: there is assignment, campaign, handoff, kind, owner",
        ),
        ("{{ person.name.first }}", "line 1: there is nothing called 'first' in it"),
        ("{{ leads }}", "line 1: there is no 'leads' here"),
        ("{{ person }}", "line 1: this is no text by itself"),
        ("{% if person.name %}\nx", "line 2: unexpected end of template"),
        ("{{ person.name", "line 1: unexpected end of template"),
        ("{% endif %}", "line 1: encountered unknown tag 'endif'"),
        ("{% for c in person.name %}{{ c }}{% endfor %}", "line 1: a loop goes through a list"),
        ("{{ person.name | shout }}", "line 1: there is no filter 'shout': there is capitalize"),
        ("{{ person.name is even }}", "line 1: this test cannot be used here"),
        ("{{ person.name is defined(range(9)) }}", "line 1: this test cannot be used here"),
        ("{{ person.name[0] }}", "line 1: a position, or a name that is worked out, cannot be used here"),
        ("{{ person[kind] }}", "line 1: a position, or a name that is worked out, cannot be used here"),
        ("{{ {} }}", "line 1: dict cannot be used here"),
    ],
)
def test_a_fault_is_told_by_its_line(source: str, told: str) -> None:
    assert fault(source).startswith(told)


def test_a_name_that_is_unknown_is_one_fault_and_each_fault_is_told() -> None:
    found = faults("assigned", "body", "{{ a.b.c }}\n{{ person.x }}\n{{ campaign.name }}{{ d() }}")
    assert [one.line for one in found] == [1, 2, 3]


RUNAWAYS = [
    "{% for x in range(1000000000) %}x{% endfor %}",
    "{{ 'x' * 1000000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ person.name | center(1000000000) }}",
    "{{ person.name | replace('', person.name) }}",
    "{{ lipsum(1000000) }}",
    "{% set x = 'a' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% import 'x' as y %}",
    "{% block b %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__ }}",
    "{{ person.keys() }}",
    "{{ person.name ~ person.name }}",
]


@pytest.mark.parametrize("source", RUNAWAYS)
@pytest.mark.parametrize("name", ["assigned", DIGEST])
def test_what_could_run_away_or_reach_into_python_is_refused(name: str, source: str) -> None:
    assert faults(name, "body", source)
    with pytest.raises(BadTemplate):
        body(source, name)


def test_loops_do_not_stand_within_loops() -> None:
    source = "{% for a in leads %}{% for b in leads %}x{% endfor %}{% endfor %}"
    assert fault(source, DIGEST) == "line 1: a loop cannot stand within a loop"


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 2400 + "1" + ")" * 2400 + " }}",
        "{{ " + "not " * 1200 + "1 }}",
        "{% if kind %}" * 190 + "{% endif %}" * 190,
    ],
    ids=["brackets", "words", "conditions"],
)
def test_what_is_nested_too_deeply_for_python_is_a_fault(source: str) -> None:
    before = sys.getrecursionlimit()
    assert fault(source) == "line 1: it is nested too deeply"
    assert sys.getrecursionlimit() == before


def test_a_number_that_python_does_not_read_is_a_fault() -> None:
    assert fault("{{ " + "9" * 4301 + " }}") == "line 1: a number in it is too long"


def test_what_grows_too_long_is_cut_off() -> None:
    long = {"name": "x" * 1000}
    written = WRITE("assigned", Template("{{ owner.name }}" * 9, "{{ owner.name }}" * 99), {"owner": long})
    assert (len(written.subject), len(written.body)) == (LONGEST_SUBJECT, LONGEST_BODY)
    assert written.body.endswith("x…")


def test_a_failure_is_told_by_its_line_and_without_the_values() -> None:
    with pytest.raises(BadTemplate) as bad:
        body("a\n{{ person.name < 3 }}")
    assert (bad.value.part, bad.value.line, str(bad.value)) == ("body", 2, "line 2: it fails: TypeError")


@pytest.mark.parametrize("source", ["{{ person or owner }}", "{{ person.name | default(owner) and owner }}"])
def test_an_object_is_never_shown_with_all_its_parts(source: str) -> None:
    with pytest.raises(BadTemplate, match="TypeError"):
        body(source)


WORDS = "{{ }} {% %} {# #} if for in endif endfor person .name leads lead |upper ( ) ' not == loop [ ] kind else set is"
pieces = st.sampled_from([*WORDS.split(), "\n", "x", "1", "-", ","])


@given(st.lists(pieces, max_size=25).map(" ".join), st.sampled_from(TEMPLATES))
def test_whatever_is_written_is_said_or_is_a_bad_template(source: str, name: str) -> None:
    found = faults(name, "body", source)
    try:
        WRITE(name, Template("-", source), sample(name))
    except BadTemplate as bad:
        assert not found or str(bad) == str(found[0])
    else:
        assert not found


def test_no_filter_makes_much_out_of_little() -> None:
    """What is allowed is a list of its own, so that another version of the library does not widen it."""
    assert FILTERS.isdisjoint({"center", "format", "indent", "join", "replace", "wordwrap", "map", "attr", "batch"})


@pytest.mark.parametrize("name", [None, "", "  ", "\t"])
def test_a_default_takes_the_place_of_a_blank_name(name: str | None) -> None:
    template = Template("A lead", "Hi {{ person.first_name | default('there') }}")
    assert JinjaTemplates().write("assigned", template, {"person": {"first_name": name}}).body == "Hi there"
