"""What is checked before a commit and by the workflow is what `make test` checks."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def of_make_check() -> set[str]:
    """The commands of `make check` that need no server."""
    text = (ROOT / "Makefile").read_text()
    packages = re.search(r"^PACKAGES := (.+)$", text, re.M)[1]
    recipe = re.search(r"^check:.*\n((?:\t.+\n)+)", text, re.M)[1]
    lines = [line.strip().replace("$(PACKAGES)", packages) for line in recipe.splitlines()]
    return {line.replace("$(BIN)", ".venv/bin") for line in lines if line.startswith("$(BIN)")}


def test_the_hooks_before_a_commit_are_the_checks_of_make() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (local,) = config["repos"]

    assert local["repo"] == "local"
    assert {hook["entry"] for hook in local["hooks"]} == of_make_check()
    assert len(of_make_check()) == 5
    for hook in local["hooks"]:
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)


def test_the_workflow_runs_all_of_it_with_a_browser() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    shards = jobs["test"]["strategy"]["matrix"]["shard"]

    assert {name: job["steps"][-1]["run"] for name, job in jobs.items()} == {
        "check": "make check",
        "test": "make suite SHARD=${{ matrix.shard }}",
        "coverage": "make coverage",
    }
    assert re.search(r"^test: check suite$", (ROOT / "Makefile").read_text(), re.M)
    assert shards == [f"{number}/{len(shards)}" for number in range(1, len(shards) + 1)]
    assert jobs["test"]["env"] == {"REQUIRE_BROWSER": "1"}
    for job in jobs.values():
        assert {"python-version": "3.11"}.items() <= job["steps"][1]["with"].items()
