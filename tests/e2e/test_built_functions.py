"""Every built function, imported in a clean interpreter: its own file, the layers, and nothing else on the path."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import resources

pytestmark = pytest.mark.e2e

BUILT = Path(__file__).parents[2] / ".aws-sam" / "build"

IMPORT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import app
assert callable(app.handler)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

NOT_IN_LAMBDA = {"boto3", "moto", "pydantic", "pytest", "samcli", "setuptools"}
NEEDED_BY_ONE = {"jsonschema": "ChangeSettingsFunction", "yaml": "ChangeSettingsFunction"}
"""What only one function pays for at its start."""


@pytest.mark.parametrize("function", sorted(resources("AWS::Serverless::Function")))
def test_a_built_function_imports_alone(built: None, function: str) -> None:
    layers = ["VendorLayer", "RekindleLayer"]
    layers += [layer["Ref"] for layer in resources("AWS::Serverless::Function")[function].get("Layers", ())]
    path = [str(BUILT / function), *(str(BUILT / layer / "python") for layer in layers)]
    done = subprocess.run(
        # -S leaves out the packages of this environment; no variable is set, so none is read at import.
        [sys.executable, "-I", "-S", "-B", "-c", IMPORT, json.dumps(path)],
        capture_output=True,
        text=True,
        env={},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported = set(json.loads(done.stdout))
    assert not imported & NOT_IN_LAMBDA
    assert {"rekindle", "aws_lambda_powertools"} <= imported
    assert "jinja2" not in imported or "TemplatesLayer" in layers
    assert not {package for package, owner in NEEDED_BY_ONE.items() if owner != function} & imported
