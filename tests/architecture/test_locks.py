"""pyproject.toml says what is wanted, the lock files say exactly what is installed: they must agree.

When one of these tests fails after a change of pyproject.toml, "make lock" is what was forgotten.
"""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
GROUPS = {name: [Requirement(line) for line in lines] for name, lines in PROJECT["dependency-groups"].items()}
DEV_LOCK = ROOT / "requirements" / "dev.lock"
CLOUD_LOCK = ROOT / "requirements" / "cloud.lock"
BENCH_LOCK = ROOT / "requirements" / "bench.lock"
MUTANTS_LOCK = ROOT / "requirements" / "mutants.lock"
BROWSER_LOCK = ROOT / "requirements" / "browser.lock"
VENDOR_LOCK = ROOT / "layers" / "vendor" / "requirements.txt"
TEMPLATES_LOCK = ROOT / "layers" / "templates" / "requirements.txt"
IMPORTS_LOCK = ROOT / "layers" / "imports" / "requirements.txt"
IN_LAYERS = (VENDOR_LOCK, TEMPLATES_LOCK, IMPORTS_LOCK)
LOCKS = (DEV_LOCK, CLOUD_LOCK, BENCH_LOCK, MUTANTS_LOCK, BROWSER_LOCK, *IN_LAYERS)


def name_of(lock: Path) -> str:
    return f"{lock.parent.name}/{lock.name}"


def pins(path: Path) -> dict[str, Version]:
    found = re.findall(r"(?m)^([A-Za-z0-9][\w.-]*)==([^ ;\\\n]+)", path.read_text(encoding="utf-8"))
    return {canonicalize_name(name): Version(version) for name, version in found}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        (DEV_LOCK, RUNTIME + GROUPS["dev"]),
        (CLOUD_LOCK, GROUPS["cloud"]),
        (BENCH_LOCK, GROUPS["bench"]),
        (MUTANTS_LOCK, GROUPS["mutants"]),
        (BROWSER_LOCK, GROUPS["browser"]),
    ],
    ids=["dev.lock", "cloud.lock", "bench.lock", "mutants.lock", "browser.lock"],
)
def test_lock_gives_what_the_project_wants(lock: Path, wanted: list[Requirement]) -> None:
    locked = pins(lock)
    unmet = [
        str(requirement)
        for requirement in wanted
        if (version := locked.get(canonicalize_name(requirement.name))) is None or version not in requirement.specifier
    ]
    assert not unmet


@pytest.mark.parametrize("lock", IN_LAYERS, ids=name_of)
def test_functions_run_with_the_versions_that_are_tested(lock: Path) -> None:
    tested = pins(DEV_LOCK)
    assert pins(lock) == {name: tested.get(name) for name in pins(lock)}


def test_layers_have_what_the_functions_need_and_nothing_else() -> None:
    needed: set[str] = set()
    waiting = {canonicalize_name(requirement.name) for requirement in RUNTIME}
    while waiting:
        name = waiting.pop()
        needed.add(name)
        for line in requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting |= {canonicalize_name(requirement.name)} - needed
    assert sorted(name for lock in IN_LAYERS for name in pins(lock)) == sorted(needed)


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_lock_names_no_source_of_packages(lock: Path) -> None:
    """Where packages come from is the machine's affair: a mirror, a proxy, a folder."""
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(?:extra-)?index|--find-links|--trusted-host", text)


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_every_package_is_locked_with_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert len(re.findall(r"(?m)^[A-Za-z0-9].*==.*\\\n +--hash=sha256:", text)) == len(pins(lock))
