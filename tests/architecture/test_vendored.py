"""The console's one script is that of its package, which is pinned."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

CONSOLE = Path(__file__).parents[2] / "layers" / "console"
STATIC = CONSOLE / "rekindle_console" / "static"


def test_the_script_is_taken_from_its_package_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(CONSOLE / "vendor.py"), str(tmp_path)], check=True)
    (script,) = tmp_path.iterdir()
    assert script.read_bytes() == (STATIC / script.name).read_bytes()


def test_there_is_no_other_script() -> None:
    pinned = json.loads((CONSOLE / "vendored.json").read_text(encoding="utf-8"))
    (script,) = STATIC.glob("*.js")
    assert hashlib.sha256(script.read_bytes()).hexdigest() == pinned["sha256"]
    for template in (CONSOLE / "rekindle_console" / "templates").iterdir():
        text = template.read_text(encoding="utf-8")
        assert "style=" not in text and "|safe" not in text and "<style" not in text
        assert text.count("<script") == (1 if template.name == "base.html" else 0)
