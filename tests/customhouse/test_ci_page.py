"""docs/ci.md: its jobs are valid, and what they call exists."""

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from customhouse.cli import COMMANDS, main

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text("utf-8")
CALL = re.compile(rf"\bcustomhouse ((?:{'|'.join(COMMANDS)})\b[^\n`|>&]*)")


def blocks(language: str) -> list[str]:
    """What stands in the fences of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def calls() -> list[str]:
    """Every call of a subcommand in a fence; lines that go on are one."""
    return CALL.findall("".join(blocks("yaml") + blocks("sh")).replace("\\\n", " "))


@pytest.mark.parametrize(("schema", "number"), [("github-workflows", 2), ("gitlab-ci", 1)])
def test_the_jobs_are_valid(tmp_path: Path, schema: str, number: int) -> None:
    """By the schemas of the schema store, as the package check-jsonschema brings them: nothing is fetched."""
    files = []
    for place, text in enumerate(blocks("yaml")):
        if ("jobs" in yaml.safe_load(text)) == (schema == "github-workflows"):
            files.append(tmp_path / f"{place}.yml")
            files[-1].write_text(text)
    assert len(files) == number
    command = importlib.import_module("check_jsonschema").main
    said = CliRunner().invoke(command, ["--builtin-schema", f"vendor.{schema}", *map(str, files)])
    assert said.exit_code == 0, said.output


def test_every_call_parses() -> None:
    found = calls()
    assert [call.split()[0] for call in found] == ["doctor", "check", "doctor", "check", "doctor", "serve"]
    for call in found:
        name, *words = shlex.split(call)
        command = main.get_command(click.Context(main), name)
        assert command is not None
        command.make_context(name, words)


def test_the_report_of_a_red_run_is_kept() -> None:
    github, gitlab = (yaml.safe_load(text) for text in blocks("yaml")[:2])
    steps: list[dict[str, Any]] = github["jobs"]["check"]["steps"]
    (kept,) = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    (checked,) = [step for step in steps if "customhouse check" in step.get("run", "")]
    assert steps.index(kept) > steps.index(checked)
    assert (kept["if"], kept["with"]["path"]) == ("always()", "report/")
    assert "--out report" in checked["run"]
    job = gitlab["customhouse"]
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"]["junit"] == "report/junit.xml"


def test_the_service_is_the_image_that_is_described() -> None:
    service = yaml.safe_load(blocks("yaml")[2])["jobs"]["tests"]["services"]["customhouse"]
    assert service["env"] == {"CUSTOMHOUSE_CONTROL_TOKEN": "for-this-job"}
    assert service["ports"] == [f"{port}:{port}" for port in (8701, 8702, 8703)]
