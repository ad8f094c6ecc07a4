"""The OpenAPI document as one page to read: no script, and nothing that is fetched from elsewhere."""

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

Json = dict[str, Any]

_METHODS = ("get", "head", "put", "post", "delete")


def rendered(document: Json) -> str:
    info, tags = document["info"], document["tags"]
    operations = [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    menu = _join(_menu(tag["name"], operations) for tag in tags)
    parts = _join(_part(tag, operations, document) for tag in tags)
    records = _join(_record(name, schema, document) for name, schema in document["components"]["schemas"].items())
    return _PAGE.format(
        style=_STYLE,
        title=escape(info["title"]),
        version=escape(info["version"]),
        summary=escape(info["summary"]),
        about=_prose(info["description"]),
        menu=menu,
        parts=parts,
        records=records,
    )


def _join(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _prose(text: str) -> str:
    """Paragraphs, **strong** and `code`: all that our descriptions use."""
    html = escape(text, quote=False)
    html = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html)
    html = re.sub(r"`(.+?)`", r"<code>\1</code>", html)
    return "".join(f"<p>{paragraph}</p>" for paragraph in html.strip().split("\n\n"))


def _menu(tag: str, operations: list[tuple[str, str, Json]]) -> str:
    links = _join(
        f'<li><a href="#{escape(op["operationId"])}">{_method(method)} <span>{_path(path)}</span></a></li>'
        for path, method, op in operations
        if tag in op["tags"]
    )
    return f"<h2>{escape(tag)}</h2><ul>{links}</ul>"


def _part(tag: Json, operations: list[tuple[str, str, Json]], document: Json) -> str:
    articles = _join(_operation(*one, document) for one in operations if tag["name"] in one[2]["tags"])
    return f"<section><h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>{articles}</section>"


def _method(method: str) -> str:
    return f'<b class="{method}">{method.upper()}</b>'


def _path(path: str) -> str:
    """A path that may break at its slashes."""
    return escape(path).replace("/", "<wbr>/")


def _operation(path: str, method: str, operation: Json, document: Json) -> str:
    signed = "" if operation.get("security", True) else ' <span class="note">needs no signature</span>'
    body = operation.get("requestBody", {}).get("content", {})
    request = f"<h4>Body</h4><p>{_bodies(body)}</p>" if body else ""
    return (
        f'<article id="{escape(operation["operationId"])}">'
        f"<h3>{_method(method)} <code>{_path(path)}</code>{signed}</h3><p>{escape(operation['summary'])}.</p>"
        f"{_parameters(operation['parameters'])}{request}<h4>Answers</h4>"
        f"{_table(_answer(status, answer, document) for status, answer in operation['responses'].items())}</article>"
    )


def _parameters(parameters: list[Json]) -> str:
    if not parameters:
        return ""
    rows = (
        (f"<code>{escape(p['name'])}</code>", p["in"], _rule(p["schema"]), escape(p["description"])) for p in parameters
    )
    return f"<h4>Parameters</h4>{_table(rows)}"


def _answer(status: str, response: Json, document: Json) -> tuple[str, ...]:
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return (f"<code>{status}</code>", _bodies(response["content"]), escape(response["description"]))


def _bodies(content: Json) -> str:
    schema = next(iter(content.values()))["schema"]
    return f"{_rule(schema)} <span class='note'>{escape(' or '.join(content))}</span>"


def _record(name: str, schema: Json, document: Json) -> str:
    example = _example(schema)
    shapes = [schema] if "properties" in schema else schema.get("oneOf", [schema])
    tables = _join(_table(_fields(shape)) for shape in shapes)
    about = f"<p>{escape(schema['description'])}</p>" if "description" in schema else ""
    return f'<article id="{escape(name)}"><h3>{escape(name)}</h3>{about}{tables}{example}</article>'


def _fields(schema: Json, prefix: str = "") -> Iterable[tuple[str, ...]]:
    for name, rule in schema.get("properties", {}).items():
        path = escape(prefix + name).replace(".", ".<wbr>")
        yield f"<code>{path}</code>", _rule(rule), escape(rule.get("description", ""))
        inner = rule.get("items", {}) if rule.get("type") == "array" else rule
        for nested in (inner, *inner.get("anyOf", ())):
            yield from _fields(nested, f"{prefix}{name}{'[]' if inner is not rule else ''}.")


def _example(schema: Json) -> str:
    if "examples" not in schema:
        return ""
    written = json.dumps(schema["examples"][0], indent=2, ensure_ascii=False)
    return f"<details><summary>Example</summary><pre>{escape(written, quote=False)}</pre></details>"


def _rule(rule: Json) -> str:
    """What a value may be, in a few words."""
    if "$ref" in rule:
        name = escape(rule["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "const" in rule:
        return f"<code>{escape(str(rule['const']))}</code>"
    if "enum" in rule:
        return " ".join(f"<code>{escape('null' if one is None else str(one))}</code>" for one in rule["enum"])
    if "anyOf" in rule:
        return " or ".join(dict.fromkeys(_rule(one) for one in rule["anyOf"]))
    types = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", ["anything"])
    words = " or ".join(f"list of {_rule(rule['items'])}" if one == "array" else escape(one) for one in types)
    return f"{words}{_limits(rule)}"


def _limits(rule: Json) -> str:
    if "maximum" in rule and rule["maximum"] < 2**53:
        return f", {rule['minimum']:,} to {rule['maximum']:,}"
    if "maxLength" in rule:
        return f", up to {rule['maxLength']:,} characters"
    return f", {escape(rule['format'])}" if "format" in rule else ""


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    cells = _join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='wide'><table>{cells}</table></div>" if cells else ""


_STYLE = """\
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6676; --line: #e3e7ed; --paper: #fff; --shade: #f5f7fa;
  --link: #1257b8; --get: #0b6e4f; --put: #8a5300; --post: #1257b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b5; --line: #2c3440; --paper: #12161c;
  --shade: #1a2029; --link: #7db4ff; --get: #57c99f; --put: #e2ab54; --post: #7db4ff; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; background: var(--shade);
  border-right: 1px solid var(--line); font-size: .875rem; }
nav h2 { margin: 1.25rem 0 .25rem; font-size: .75rem; letter-spacing: .06em; text-transform: uppercase;
  color: var(--soft); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: flex; gap: .5rem; align-items: baseline; padding: .2rem .4rem; border-radius: 6px; color: inherit;
  text-decoration: none; }
nav a:hover { background: var(--line); }
nav b { flex: 0 0 2.6rem; }
main { max-width: 58rem; width: 100%; padding: 2rem clamp(1rem, 4vw, 3rem) 6rem; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; }
h1 small { font-size: .875rem; font-weight: 400; color: var(--soft); margin-left: .5rem; }
.lead { font-size: 1.125rem; color: var(--soft); margin: .25rem 0 1.5rem; }
main h2 { margin: 3rem 0 0; font-size: 1.4rem; }
main h2 + p { margin-top: .1rem; color: var(--soft); }
article { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: 1.25rem; }
h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
h3 code { font-size: 1em; margin-left: .25rem; }
h4 { margin: 1.1rem 0 .3rem; font-size: .75rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
article p { margin: .3rem 0; }
a { color: var(--link); }
b { font: 700 .75rem/1 ui-monospace, monospace; }
.get { color: var(--get); } .put { color: var(--put); } .post { color: var(--post); }
.note { color: var(--soft); font-size: .875rem; font-weight: 400; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
td code, p code { background: var(--shade); border-radius: 4px; padding: .1em .3em; }
pre { background: var(--shade); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto; }
summary { cursor: pointer; margin-top: .75rem; color: var(--link); }
.wide { overflow-x: auto; margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { min-width: 7rem; max-width: 18rem; }
tr:last-child td { border-bottom: 0; }
@media (max-width: 52rem) { body { display: block; } nav { position: static; height: auto; border-right: 0;
  border-bottom: 1px solid var(--line); } }
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} API</title>
<style>{style}</style>
</head>
<body>
<nav aria-label="Operations">{menu}<h2>Records</h2><ul><li><a href="#records">All records</a></li></ul></nav>
<main>
<h1>{title} API<small>{version}</small></h1>
<p class="lead">{summary}</p>
{about}
<p>As a document for programs: <code>GET /openapi.json</code>, with a signature.</p>
{parts}
<section id="records"><h2>Records</h2><p>What bodies and answers hold.</p>{records}</section>
</main>
</body>
</html>
"""
