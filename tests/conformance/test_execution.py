"""Real importers, in processes of their own, against a real harness."""

import signal
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from customhouse_conformance.adapters import CommandAdapter
from customhouse_conformance.engine.world import World
from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.scenarios import load_scenarios
from customhouse_fakes.core.journal import KEPT_BYTES

from .conftest import Runner
from .processes import ends
from .toy import as_callable, as_command


@pytest.mark.parametrize("make", [as_callable, as_command])
def test_a_good_importer_leaves_a_whole_record(run: Runner, make: type) -> None:
    record = run(make("good"))
    (process,) = record.processes
    assert (process.exit_code, process.ended_by, process.stdout) == (0, "itself", "3 rows\n")
    assert [row["email"] for row in record.objects("contact")] == [row["email"] for row in record.rows]
    assert record.before == ()
    assert [row.operation for row in record.during(process)] == ["contacts.create"] * 3
    assert (process.first_exchange, process.last_exchange) == (1, 3)
    assert record.served.journal_complete
    assert not record.strays


@pytest.mark.parametrize("make", [as_callable, as_command])
def test_one_that_hangs_is_ended_by_the_ceiling_of_seconds(run: Runner, make: type) -> None:
    record = run(make("hangs"), ceilings={"requests": 60, "seconds": 1})
    assert record.last_process.ended_by == "time-ceiling"
    assert record.last_process.exit_code == -signal.SIGKILL
    assert record.ended_by_ceiling is record.last_process


@pytest.mark.parametrize("make", [as_callable, as_command])
def test_one_that_retries_for_ever_is_ended_by_the_ceiling_of_requests(run: Runner, make: type) -> None:
    record = run(make("retry_for_ever"))
    assert record.last_process.ended_by == "request-ceiling"
    assert len(record.exchanges) == 60


@pytest.mark.parametrize("make", [as_callable, as_command])
def test_no_child_is_left_behind(run: Runner, make: type) -> None:
    record = run(make("forks"))
    pid = int(record.last_process.files["child"])
    assert record.last_process.exit_code == 0
    assert ends(pid)


@pytest.mark.parametrize("make", [as_callable, as_command])
@pytest.mark.parametrize("name", ["leaves_a_daemon", "leaves_a_fork", "leaves_nothing_to_know_it_by"])
def test_no_daemon_is_left_behind(run: Runner, make: type, name: str) -> None:
    record = run(make(name))
    assert record.last_process.exit_code == 0, record.last_process.stderr
    assert ends(int(record.last_process.files["child"]))


def test_a_big_body_is_kept_in_part_and_one_too_big_not_at_all(run: Runner) -> None:
    small, big, too_big = run(as_callable("sends_much")).exchanges
    assert (small.request.body_cut, small.request.body_bytes) == (False, len(small.request.body))
    assert (big.request.body_cut, big.request.body_bytes, len(big.request.body)) == (True, 1_000_000, KEPT_BYTES)
    assert (too_big.status, too_big.refused_by, too_big.request.body) == (413, "body-limit", "")


def test_a_token_in_the_source_file_is_found(run: Runner) -> None:
    process = run(as_callable("keeps_its_token_in_the_source")).last_process
    assert [secret.where for secret in process.secrets] == ["file:in.csv"]
    assert "in.csv" not in process.files


def test_placeholders_reach_the_environment_of_a_function_too(run: Runner) -> None:
    spec = replace(as_callable("prints_environment"), env={"MINE": "{token}", "RAW": "{{token}}"})
    process = run(spec).last_process
    assert process.stdout == "<redacted> {token}\n"


@pytest.mark.parametrize("make", [as_callable, as_command])
@pytest.mark.parametrize(("env", "hour"), [({}, "0"), ({"TZ": "Asia/Tokyo"}, "9")])
def test_the_time_zone_is_utc_unless_another_is_declared(
    run: Runner, make: type, env: dict[str, str], hour: str
) -> None:
    spec = make("prints_the_hour")
    assert run(replace(spec, env={**spec.env, **env})).last_process.stdout == f"{hour}\n"


def test_garbage_is_kept_as_far_as_it_is_text(run: Runner) -> None:
    process = run(as_command("prints_garbage")).last_process
    assert "garbage" in process.stdout
    assert "binary" not in process.files


def test_a_flood_is_cut(run: Runner) -> None:
    process = run(as_callable("floods")).last_process
    assert process.exit_code == 0
    assert len(process.stdout) < 1024 * 1024 + 200
    assert "cut here: the first 1048576 of 3145" in process.stdout


def test_a_crash_is_an_exit_code_and_a_traceback(run: Runner) -> None:
    process = run(as_callable("crash_at_once")).last_process
    assert process.exit_code == 1
    assert "RuntimeError: no" in process.stderr


def test_the_token_is_found_and_blotted_out(run: Runner) -> None:
    record = run(as_command("tells"))
    places = {(secret.where, secret.what) for secret in record.last_process.secrets}
    assert places == {("stdout", "token"), ("file:debug.log", "token")}
    assert record.last_process.files["debug.log"] == "Authorization: Bearer <redacted>\n"
    assert record.last_process.stdout.startswith("using <redacted>\n")


def test_a_call_without_a_credential_is_a_stray(run: Runner) -> None:
    record = run(as_callable("anonymous"))
    assert not record.exchanges
    assert {(stray.where, stray.auth, stray.carried_token) for stray in record.strays} == {("api", "missing", False)}


def test_the_trap_notes_a_token_that_follows_a_redirect(run: Runner) -> None:
    faults = {"faults": [{"operation": "contacts.create", "redirect": "{trap}/elsewhere"}]}
    record = run(as_callable("follows"), faults=faults)
    assert [(stray.where, stray.path, stray.carried_token) for stray in record.strays] == [("trap", "/elsewhere", True)]


def test_the_trap_has_another_host_name_than_the_api(world: World) -> None:
    with closing(world.open(load_scenarios("intercom")["plain"], seed=0)) as account:
        assert urlsplit(world.trap_url).hostname == "localhost" != urlsplit(account.base_url).hostname


def test_faults_and_seeds_are_made_of_columns_too_that_the_importer_does_not_take(run: Runner) -> None:
    spec = as_callable("good")
    narrow = replace(spec, source=replace(spec.source, columns=("email", "external_id")))
    record = run(narrow, seed={"contacts": [{"row": 0, "only": ["email", "name"]}]})
    assert set(record.rows[0]) == {"email", "external_id"}
    assert set(record.before[0]) == {"type", "email", "name"}


def test_a_kill_comes_before_the_answer_and_the_second_run_goes_on(run: Runner) -> None:
    record = run(as_callable("good"), plan={"name": "killed", "operation": "contacts.create", "nth": 2})
    first, second = record.processes
    assert (first.label, first.ended_by, first.exit_code) == ("first", "killed-by-plan", -signal.SIGKILL)
    assert (second.label, second.ended_by, second.exit_code) == ("second", "itself", 0)
    assert [row.n for row in record.during(first)] == [1, 2]
    assert len(record.between) == 2
    assert len(record.after) == 5


def test_what_a_killed_importer_had_on_its_way_is_lost_and_of_the_second_run_nothing(run: Runner) -> None:
    people = {"name": "people", "count": 20, "attributes": False}
    plan = {"name": "killed", "operation": "contacts.create", "nth": 2}
    record = run(as_callable("all_at_once"), dataset=people, plan=plan)
    first, second = record.processes
    (once, twice, *lost) = record.during(first)
    assert [row.committed for row in (once, twice)] == [True, True]
    assert not any(row.committed for row in lost)
    assert {row.delivery for row in lost} <= {"reset", "abandoned"}
    assert (len(record.between), len(record.after)) == (2, 22)
    assert second.exit_code == 0
    assert record.served.faults == {}


def test_twice_shares_the_work_folder_and_two_at_once_do_not(run: Runner) -> None:
    twice = run(as_callable("good"), plan="twice")
    assert [process.label for process in twice.processes] == ["first", "second"]
    assert len(twice.after) == 2 * len(twice.between) == 6
    at_once = run(as_callable("good"), plan="two-at-once")
    assert [process.exit_code for process in at_once.processes] == [0, 0]
    assert len(at_once.after) == 6
    assert not at_once.between


def test_changed_gives_the_second_run_what_its_importer_takes_of_the_turned_source(run: Runner) -> None:
    turn = {
        "change": [{"row": 0, "name": "N", "phone": "1"}],
        "front": [{"external_id": "9", "email": "n@example.com"}],
    }
    spec = as_callable("good")
    taken = replace(spec, source=replace(spec.source, columns=("external_id", "email", "name")))
    record = run(taken, plan={"name": "changed", "turn": turn})
    assert [process.stdout for process in record.processes] == ["3 rows\n", "4 rows\n"]
    new, changed, *_ = record.header.turned or ()
    assert (new["external_id"], changed) == ("9", {**record.rows[0], "name": "N"})
    assert [row["name"] for row in record.after if row["email"] == changed["email"]][1:] == ["N"]


def test_control_then_gives_the_second_run_another_source(run: Runner) -> None:
    empty = run(as_callable("good"), plan={"name": "control-then", "then": "empty"})
    assert [process.stdout for process in empty.processes] == ["3 rows\n", "0 rows\n"]
    assert empty.after == empty.between != ()
    broken = run(as_callable("good"), plan={"name": "control-then", "then": "broken"})
    assert broken.processes[1].exit_code == 1
    assert "UnicodeDecodeError" in broken.processes[1].stderr
    texts = {"csv": "external_id,name,email\n9,Nine,n@example.com\n", "json": "", "ndjson": ""}
    raw = run(as_callable("good"), plan={"name": "control-then", "then": texts})
    assert [row["external_id"] for row in raw.after[3:]] == ["9"]


def test_a_command_that_is_not_there_is_told_apart(run: Runner) -> None:
    spec = ImporterSpec("x", "intercom", CommandAdapter(["no-such-program-here"]), SourceSpec("in.csv"))
    process = run(spec).last_process
    assert process.exit_code is None
    assert process.start_error is not None
    assert "no-such-program-here" in process.start_error


def test_a_scenario_that_the_fake_refuses_is_our_own_fault(run: Runner) -> None:
    with pytest.raises(ScenarioError, match="profile or limits"):
        run(as_callable("good"), profile={"whisper": True})
    with pytest.raises(ScenarioError, match="fault plan"):
        run(as_callable("good"), faults={"faults": [{"operation": "no.such", "status": 500}]})


def test_seeded_rows_are_there_before(run: Runner) -> None:
    record = run(as_callable("good"), seed={"contacts": [{"row": 1, "only": ["email"], "name": "Old"}]})
    assert record.before == ({"type": "contact", "email": record.rows[1]["email"], "name": "Old"},)
    assert len(record.after) == 4


def test_the_environment_is_small_and_the_same_everywhere(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMHOUSE_LEAK", "yes")
    words = ("{python}", "-c", "import os; print(sorted(os.environ)); print(os.getcwd() == os.environ['HOME'])")
    spec = ImporterSpec("env", "intercom", CommandAdapter(words), SourceSpec("in.csv"), env={"MINE": "{base_url}"})
    names, home = run(spec).last_process.stdout.splitlines()
    assert names == "['HOME', 'LANG', 'LC_ALL', 'MINE', 'PATH', 'TMPDIR', 'TZ']"
    assert home == "True"


def test_another_seed_gives_other_people(run: Runner) -> None:
    assert run(as_callable("good"), 0).rows != run(as_callable("good"), 1).rows
    assert run(as_callable("good"), 1).rows == run(as_callable("good"), 1).rows
