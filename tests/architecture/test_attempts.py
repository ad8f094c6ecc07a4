"""Where a use case tries again, it says so when it gives up: a loop that ends in silence would lose a change."""

import ast
from pathlib import Path

import rekindle.application

USE_CASES = sorted(Path(rekindle.application.__path__[0]).rglob("*.py"))


def test_whoever_tries_again_raises_after_the_last_try():
    loops, silent = 0, []
    for path in USE_CASES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            statements = node.body if isinstance(node, ast.FunctionDef | ast.For | ast.While) else []
            for loop, after in zip(statements, [*statements[1:], None], strict=False):
                if isinstance(loop, ast.For) and ast.unparse(loop.iter) == "ATTEMPTS":
                    loops += 1
                    last = loop.orelse[0] if loop.orelse else after
                    if last is None or ast.unparse(last) != "raise contended()":
                        silent.append(f"{path.name}:{loop.lineno}")
    assert loops > 20
    assert silent == []
