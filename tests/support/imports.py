"""What code may import: at once, and later within the functions that it may call.

Which those are is judged by names alone: a function may be called once its module was imported and its name stands in
code that may run. That is rather too much than too little.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "layers" / "rekindle"


@dataclass(frozen=True)
class Code:
    """A function, or what a module runs when it is imported."""

    imports: frozenset[str]
    mentions: frozenset[str]


@dataclass(frozen=True)
class Module:
    at_once: Code
    functions: tuple[tuple[str, Code], ...]


def imports_of(file: Path) -> set[str]:
    """The modules of ours, and the packages that are not ours, that a file and what it calls may import."""
    reached = {"": _read(file)}
    running = [reached[""].at_once, *(code for _, code in reached[""].functions)]
    mentioned: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while running:
        code = running.pop()
        mentioned |= code.mentions
        for name in code.imports - reached.keys():
            for source in _sources_of(name):
                reached[name] = _read(source)
                running.append(reached[name].at_once)
            reached.setdefault(name, Module(Code(frozenset(), frozenset()), ()))
        if not running:
            for name, module in reached.items():
                for called, inner in module.functions:
                    if called in mentioned and (name, called) not in seen:
                        seen.add((name, called))
                        running.append(inner)
    return {name for name in reached if _is_module(name)}


@lru_cache
def _read(file: Path) -> Module:
    functions: list[tuple[str, Code]] = []
    at_once = _code(ast.parse(file.read_text(encoding="utf-8")), functions)
    return Module(at_once, tuple(functions))


def _code(node: ast.AST, functions: list[tuple[str, Code]]) -> Code:
    imports: set[str] = set()
    mentions: set[str] = set()
    for part in _parts(node):
        match part:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                functions.append((name, _code(part, functions)))
                if name.startswith("__"):
                    mentions.add(name)  # Python calls it, and nobody by its name.
            case ast.Import(names=names):
                imports |= {alias.name.partition(".")[0] for alias in names}
                imports |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                # What is imported from a package may be a module of it.
                imports |= {module, module.partition(".")[0], *(f"{module}.{alias.name}" for alias in names)}
            case ast.Name(id=name) | ast.Attribute(attr=name):
                mentions.add(name)
    return Code(frozenset(imports), frozenset(mentions))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What is within, but for what stands in functions, and for what only a type checker reads."""
    for inner in ast.iter_child_nodes(node):
        match inner:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield inner
            case _:
                yield inner
                yield from _parts(inner)


def _sources_of(name: str) -> Iterator[Path]:
    path = PACKAGE.joinpath(*name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if name.startswith("rekindle") and file.is_file():
            yield file


def _is_module(name: str) -> bool:
    return any(_sources_of(name)) if name.startswith("rekindle") else "." not in name and name != ""
