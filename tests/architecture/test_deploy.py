"""`make deploy`, as far as it can be asked without an account."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def said(tmp_path: Path, email: str) -> str:
    """What the recipe says before it builds, with this address in the settings of prod."""
    settings = (ROOT / "samconfig.toml").read_text(encoding="utf-8").replace('AlarmEmail=""', f'AlarmEmail="{email}"')
    (tmp_path / "samconfig.toml").write_text(settings, encoding="utf-8")
    command = ["make", "-n", "-o", ".venv/.ready", "deploy", "STAGE=prod"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    recipe = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=True).stdout
    warning = recipe[: recipe.index(".venv/bin/sam build")]
    return subprocess.run(["sh", "-c", warning], cwd=tmp_path, capture_output=True, text=True, check=True).stderr


def test_a_deployment_of_prod_without_an_address_for_alarms_warns(tmp_path: Path) -> None:
    assert "AlarmEmail" in said(tmp_path, "")


def test_with_an_address_it_says_nothing(tmp_path: Path) -> None:
    assert said(tmp_path, "operators@example.com") == ""
