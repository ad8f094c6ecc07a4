"""Every built function, imported in a clean interpreter: its own file, the layers, and nothing else on the path."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.imports import imports_of
from tests.support.template import resources

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"

IMPORT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import app
assert callable(app.handler)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

IMPORT_ALL = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
for name in ["app", *json.loads(sys.argv[2])]:
    importlib.import_module(name)
"""

NOT_IN_LAMBDA = {"boto3", "moto", "pydantic", "pytest", "samcli", "setuptools"}
NEEDED_BY_ONE = {"jsonschema": "ChangeSettingsFunction", "yaml": "ChangeSettingsFunction"}
"""What only one function pays for at its start."""


FUNCTIONS = resources("AWS::Serverless::Function")


def layers_of(function: str) -> list[str]:
    return ["VendorLayer", "RekindleLayer", *(layer["Ref"] for layer in FUNCTIONS[function].get("Layers", ()))]


def run_alone(function: str, program: str, *arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    """A program with a function's path, and without the packages and the variables of this environment."""
    # Of two layers with the same file the later one counts.
    path = [str(BUILT / function), *(str(BUILT / layer / "python") for layer in reversed(layers_of(function)))]
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program, *map(json.dumps, (path, *arguments))],
        capture_output=True,
        text=True,
        env={},
        check=False,
    )


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_built_function_imports_alone(built: None, function: str) -> None:
    done = run_alone(function, IMPORT)
    assert done.returncode == 0, done.stderr
    imported = set(json.loads(done.stdout))
    assert not imported & NOT_IN_LAMBDA
    assert {"rekindle", "aws_lambda_powertools"} <= imported
    assert "jinja2" not in imported or "TemplatesLayer" in layers_of(function)
    assert not {package for package, owner in NEEDED_BY_ONE.items() if owner != function} & imported


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_built_function_has_what_it_may_import_later(built: None, function: str) -> None:
    """Settings that hold a template need its language, wherever they are read."""
    later = imports_of(ROOT / FUNCTIONS[function]["CodeUri"] / "app.py")
    done = run_alone(function, IMPORT_ALL, sorted(later - {"__future__"}))
    assert done.returncode == 0, done.stderr
