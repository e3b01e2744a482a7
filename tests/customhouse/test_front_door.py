"""The command `customhouse`, as a user starts it."""

import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from customhouse.cli import COMMANDS, main
from customhouse.commands.common import PIPE_CLOSED, speaking
from customhouse.commands.serve import write_private
from customhouse_conformance.engine.outfolder import taken

BAD_MANIFEST = '[importers.acme]\nprovider = "intercom"\ncommand = "x {source}"\n'
NOWHERE = """
[importers.acme]
provider = "intercom"
command = "no-such-program-here {base_url} {token} {source}"
"""
IDLE = NOWHERE.replace("no-such-program-here", "true")


def customhouse(*words: str) -> Result:
    """Call the command in this process."""
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_lists_every_command_and_imports_none() -> None:
    script = (
        "import sys; from customhouse.cli import main; sys.argv = ['customhouse', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "loaded = [name for name in sys.modules if name.startswith(('customhouse_', 'flask', 'rich'))]\n"
        "print('loaded', loaded)"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "loaded []" in said
    for name, place in COMMANDS.items():
        assert name in said
        assert place.help in said


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_there(name: str) -> None:
    result = customhouse(name, "--help")
    assert result.exit_code == 0, result.output


def test_an_unknown_command_is_a_usage_error() -> None:
    assert customhouse("chek").exit_code == 2


@pytest.mark.usefixtures("folder")
def test_an_unknown_importer_is_a_usage_error() -> None:
    result = customhouse("check", "acme")
    assert result.exit_code == 2
    assert "no importer 'acme'" in result.output
    assert "it lists: reference" in result.output


def test_a_bad_manifest_is_a_usage_error(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(BAD_MANIFEST)
    for command in ("check", "smoke"):
        result = customhouse(command, "acme")
        assert result.exit_code == 2
        assert "{base_url} is neither in the command nor in env" in result.output


def test_only_that_matches_nothing_is_not_success(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(NOWHERE)
    result = customhouse("check", "acme", "--only", "INTERCOM-NOPE-*")
    assert result.exit_code == 3
    assert "'--only INTERCOM-NOPE-*' matches no requirement" in result.output


def test_smoke_says_that_it_did_not_start(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(NOWHERE)
    result = customhouse("smoke", "acme")
    assert result.exit_code == 3, result.output
    assert "it did not start: 'no-such-program-here' cannot be started" in result.output


def test_judge_wants_a_folder_of_records(folder: Path) -> None:
    assert customhouse("judge", "no-such-folder").exit_code == 2
    result = customhouse("judge", str(folder))
    assert result.exit_code == 2
    assert "holds no readable record" in result.output


def test_the_register_in_three_forms() -> None:
    rows = json.loads(customhouse("requirements", "--format", "json").output)
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    for form in ("table", "md"):
        shown = customhouse("requirements", "--format", form)
        assert shown.exit_code == 0
        assert all(id in shown.output for id in ids)
        assert all(row["text"] in shown.output for row in rows)  # nothing is cut, nor wrapped


#: The ports that a test does not name itself.
FREE = ("--intandem-port", "0", "--rally-port", "0")


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`customhouse serve` on free ports, with a configuration; its ready line, and the process under `process`."""
    config = tmp_path / "fakes.toml"
    config.write_text("[intercom]\nseed = 5\nlimits = {journal = 50}\n")
    ready = tmp_path / "ready.json"
    words = [
        "serve",
        *FREE,
        "--intercom-port",
        "0",
        "--rally-webhook-url",
        "http://127.0.0.1:8804/webhooks/rally",
        "--ready-file",
        str(ready),
        "--config",
        str(config),
    ]
    with _start(*words) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert json.loads(ready.read_text()) == line
        yield {**line, "process": process, "ready": ready}
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_is_and_ends_cleanly(serving: dict[str, Any], number: int) -> None:
    url, token = serving["intercom"]["url"], serving["intercom"]["token"]
    assert requests.get(f"{url}/contacts", headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code == 200
    assert set(serving["intandem"]) == {"url", "token", "business_uid", "staff_uid", "app_code_name"}
    assert set(serving["rally"]) == {"url", "token", "webhook_secret"}
    control = {"Authorization": f"Bearer {serving['control_token']}"}
    endpoints = requests.get(f"{serving['rally']['url']}/_customhouse/webhook-endpoints", headers=control, timeout=10)
    assert [one["url"] for one in endpoints.json()["endpoints"]] == ["http://127.0.0.1:8804/webhooks/rally"]
    sandboxes = requests.get(f"{url}/_customhouse/sandboxes", headers=control, timeout=10).json()
    assert "intercom-dev" in str(sandboxes)
    process = serving["process"]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not serving["ready"].exists()


def test_serve_says_when_a_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with _start("serve", *FREE, "--intercom-port", str(taken.getsockname()[1])) as process:
            _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "cannot listen on 127.0.0.1" in said
    assert "choose another port" in said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[intercom", "cannot be read"),
        ("[intercom]\nprofil = {}", "did you mean 'profile'"),
        ("[hubspot]\nseed = 1", "'hubspot' is not a key"),
        ('[intercom]\nseed = "x"', "make it a whole number"),
        ("[intercom]\nlimits = {no_such = 1}", "no_such"),
        ('[intercom]\napp = {api_uri = "x"}', "takes no 'app'"),
        ("[intandem]\napp = {no_such = 1}", "no_such"),
    ],
)
def test_serve_refuses_a_wrong_configuration(folder: Path, text: str, complaint: str) -> None:
    (folder / "fakes.toml").write_text(text)
    with _start("serve", *FREE, "--intercom-port", "0", "--config", str(folder / "fakes.toml")) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert complaint in said


def _start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "customhouse", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )


def test_check_and_judge_agree_on_the_reference(folder: Path) -> None:
    checked = customhouse("check", "reference", "--only", "INTERCOM-CREATE-0[12]", "--out", "run", "--jobs", "2")
    assert checked.exit_code == 0, checked.output
    assert "2 requirements: 2 PASS" in checked.output
    written = {"results.json", "junit.xml", "report.html", "records"}
    assert {path.name for path in (folder / "run").iterdir()} == written
    (folder / "run" / "report.html").unlink()
    judged = customhouse("judge", "run")
    assert judged.exit_code == 0
    assert "judged again from stored records" in (folder / "run" / "report.html").read_text("utf-8")
    assert "2 requirements: 2 PASS" in judged.output
    document = json.loads((folder / "run" / "results.json").read_text())
    assert document["run"]["judged_by"] == document["run"]["suite"]
    assert {path.name for path in (folder / "run").iterdir()} == written
    assert customhouse("diff", "run", "run").exit_code == 0
    assert "\x1b[" not in checked.output + judged.output


def test_a_kill_matrix_is_refused_before_anything_runs(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    (folder / "kills.json").write_text("{}")
    for words in (["--out", "out", "--kill-matrix", "kills.json"], ["--kill-matrix", "kills.json"]):
        result = customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", *words)
        assert result.exit_code == 2, result.output
        assert "kills.json is no kill matrix" in result.output or "give --out DIR too" in result.output
    assert not (folder / "out").exists()


def test_an_importer_that_does_nothing_gets_no_pass(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    result = customhouse("check", "acme", "--only", "*-CREATE-*")
    assert result.exit_code == 3
    assert "3 requirements: 3 NOT EXERCISED" in result.output
    assert "repeat   customhouse check acme --provider intercom --only INTERCOM-CREATE-01" in result.output
    smoke = customhouse("smoke", "acme")
    assert smoke.exit_code == 3
    assert "no request reached the fake" in smoke.output


def test_the_kill_matrix_of_one_mutant(folder: Path) -> None:
    result = customhouse(
        "mutants", "--provider", "intercom", "--mutant", "goes_on_after_401", "--out", "matrix", "--declared"
    )
    assert result.exit_code == 0, result.output
    document = json.loads((folder / "matrix" / "kill-matrix.json").read_text())
    assert [(row["name"], row["provider"], row["status"]) for row in document["mutants"]] == [
        ("goes_on_after_401", "intercom", "KILLED")
    ]
    assert customhouse("mutants", "--mutant", "no_such").exit_code == 3


def test_an_interrupted_check_leaves_no_importer_behind(folder: Path) -> None:
    os.mkfifo(folder / "started")
    script = "echo $$ > {here}/started; exec sleep 600"
    command = json.dumps(["sh", "-c", script, "{base_url}", "{token}", "{source}"])
    (folder / "customhouse.toml").write_text(f'[importers.acme]\nprovider = "intercom"\ncommand = {command}\n')
    with _start("check", "acme", "--only", "INTERCOM-CREATE-01") as process:
        importer = os.pidfd_open(int((folder / "started").read_text()))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        ended, _, _ = select.select([importer], [], [], 10)
        os.close(importer)
    assert process.returncode == 130
    assert "interrupted" in said
    assert ended


NOBODY = NOWHERE.replace('"intercom"', '"nobody"')


def test_a_provider_that_there_is_none_of_is_a_usage_error(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(NOBODY)
    for command in ("check", "smoke"):
        result = customhouse(command, "acme")
        assert result.exit_code == 2, result.output
        assert "nobody" in result.output


def test_out_below_a_file_is_a_usage_error(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    (folder / "file").write_text("")
    result = customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "file/out")
    assert result.exit_code == 2, result.output
    assert "file/out: Not a directory" in result.output


def test_a_folder_in_use_is_refused(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    with taken(folder / "out"):
        result = customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "out")
    assert result.exit_code == 2
    assert "another run is writing to out" in result.output


def test_what_an_earlier_check_wrote_is_gone_but_not_for_a_typing_mistake(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    old = folder / "out" / "records" / "intercom" / "old.jsonl"
    old.parent.mkdir(parents=True)
    old.write_text("")
    assert customhouse("check", "acme", "--only", "INTERCOM-NONE", "--out", "out").exit_code == 3
    assert old.exists()
    assert customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "out").exit_code == 3
    assert not old.exists()
    assert (folder / "out" / "results.json").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENOTDIR])
def test_what_the_system_refuses_the_user_is_said_in_words(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    @speaking
    def command() -> int:
        raise OSError(number, os.strerror(number), "out/results.json")

    with pytest.raises(SystemExit) as leaving:
        command()
    assert leaving.value.code == 2
    said = capsys.readouterr().err
    assert f"out/results.json: {os.strerror(number)}" in said
    assert "Traceback" not in said


def test_what_it_refuses_us_is_our_own_fault(capsys: pytest.CaptureFixture[str]) -> None:
    @speaking
    def command() -> int:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    with pytest.raises(SystemExit) as leaving:
        command()
    assert leaving.value.code == 4
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["requirements"], ["requirements", "--format", "json"]])
def test_a_reader_that_leaves_is_no_fault(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "customhouse", *words], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (PIPE_CLOSED, b"")


def test_only_the_owner_can_read_the_ready_file(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.with_name("ready.json.partial").write_text("left behind")
    path.with_name("ready.json.partial").chmod(0o666)
    write_private(path, "token")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("token", 0o600)
    assert list(tmp_path.iterdir()) == [path]
