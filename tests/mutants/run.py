"""How many small mistakes in the rules the unit tests find (`make mutants`).

mutmut makes copies of the domain and the application with one mistake each: another comparison, `or` for `and`, a
missing argument, another text. A mistake that no unit test finds survives. A random sample is tried (SAMPLE=60), the
same one again with SEED=, or all of them with ALL=1, which takes hours. mutmut stands in an environment of its own,
because it needs other packages than SAM CLI; the project's packages come from `.venv`.
"""

import os
import random
import shutil
import site
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".cache" / "mutants"
SOURCE = "layers/rekindle/rekindle"
COPIED = ("tests", "events", "docs")
NO_DIFFERENCE = Path(__file__).with_name("no_difference.txt")
"""Mutants that behave as the original does. A line each: the function, the line as it is changed, and why."""

# mutmut takes the packages to be in `src`.
CONFIGURATION = """
[tool.pytest.ini_options]
pythonpath = [".", "src"]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
markers = ["contract", "dynamodb_local", "e2e"]

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/rekindle/domain/*", "src/rekindle/application/*"]
also_copy = ["events", "docs", "template.yaml"]
pytest_add_cli_args_test_selection = ["tests/unit"]
# Tests that start processes of their own, which know no mutants.
pytest_add_cli_args = [
  "--deselect=tests/unit/runtime/test_observability.py",
  "--deselect=tests/unit/cli/test_partition.py::test_a_history_that_comes_through_a_pipe_is_cut_whole",
  "--deselect=tests/unit/cli/test_simulate.py::test_decisions_are_utf_8_whatever_the_machine_speaks",
  "--deselect=tests/unit/cli/test_simulate.py::test_a_history_that_comes_through_a_pipe_is_read_whole",
  "--deselect=tests/unit/cli/test_simulate.py::test_a_reader_that_has_seen_enough_ends_it_in_silence",
]
use_git_change_detection = false
"""


def main() -> int:
    prepare()
    os.chdir(WORK)
    site.addsitedir(str(next((ROOT / ".venv" / "lib").glob("python*")) / "site-packages"))
    from mutmut import __main__ as mutmut

    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    names = chosen(generated(mutmut), seed)
    mutmut._run(names, max_children=None)
    report(mutmut, names, seed)
    return 0


def prepare() -> None:
    """Copies of the product and its tests. mutmut keeps the mutants of files that are not younger than those, so only
    what changed is copied."""
    _copied(ROOT / SOURCE, WORK / "src" / "rekindle")
    for name in COPIED:
        shutil.rmtree(WORK / name, ignore_errors=True)
        shutil.copytree(ROOT / name, WORK / name)
    shutil.copy2(ROOT / "template.yaml", WORK)
    (WORK / "pyproject.toml").write_text(CONFIGURATION, encoding="utf-8")
    # Which tests call which function is measured anew: a test may have changed.
    (WORK / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)


def _copied(source: Path, target: Path) -> None:
    wanted = {file.relative_to(source) for file in source.rglob("*") if file.is_file() and file.suffix != ".pyc"}
    mutants = WORK / "mutants" / target.relative_to(WORK)
    for name in {file.relative_to(target) for file in target.rglob("*") if file.is_file()} - wanted:
        (target / name).unlink()
        (mutants / name).unlink(missing_ok=True)
    for name in wanted:
        content, copy = (source / name).read_bytes(), target / name
        if not copy.exists() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)


def generated(mutmut) -> list[str]:  # type: ignore[no-untyped-def]
    """The names of all mutants."""
    (WORK / "mutants").mkdir(exist_ok=True)
    mutmut.set_mutant_under_test("mutant_generation")
    with mutmut.CatchOutput(spinner_title="Generating mutants"):
        mutmut.copy_src_dir()
        mutmut.create_mutants(os.cpu_count() or 2)
    mutants, _ = mutmut.collect_source_file_mutation_data(mutant_names=())
    return sorted(name for _, name, _ in mutants)


def chosen(names: list[str], seed: int) -> list[str]:
    if os.environ.get("ALL"):
        return names
    sample = int(os.environ.get("SAMPLE") or 60)
    return random.Random(seed).sample(names, min(sample, len(names)))


def report(mutmut, names: list[str], seed: int) -> None:  # type: ignore[no-untyped-def]
    mutants, _ = mutmut.collect_source_file_mutation_data(mutant_names=names)
    status = {name: mutmut.status_by_exit_code[code] for _, name, code in mutants}
    equal = {tuple(line.split(" | ")[:2]) for line in NO_DIFFERENCE.read_text(encoding="utf-8").splitlines()}
    survived, same = [], 0
    for name in names:
        if status[name] in ("killed", "timeout"):
            continue
        function = name.rpartition("__mutmut_")[0]
        lines = mutmut.get_diff_for_mutant(name).splitlines()
        added = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
        if (function, " ".join(added)) in equal:
            same += 1
            continue
        survived.append((function, " ".join(added)))
    for function, line in sorted(survived):
        print(f"survived: {function} | {line}")
    different = len(names) - same
    killed = different - len(survived)
    print(
        f"{len(names)} mutants (seed {seed}): {killed} of the {different} that make a difference were killed, "
        f"{killed / different:.1%}"
    )


if __name__ == "__main__":
    sys.exit(main())
