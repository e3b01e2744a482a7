"""Real apps, in processes of their own, asked by a real fake inTandem."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from customhouse_conformance.adapters import CallableAdapter, Service
from customhouse_conformance.adapters.kept import KeptRun
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.pulling import TICK_S
from customhouse_conformance.engine.scenario_run import run_scenario
from customhouse_conformance.engine.world import World
from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.pages import asked, names, sessions, turned_rows, visits
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import read_record, write_record
from customhouse_conformance.scenarios import read_scenarios
from customhouse_conformance.scenarios.part import Part
from customhouse_conformance.smoke import diagnose, exit_code, run_smoke

from .processes import ends
from .toy import HERE

SERVICE = Service(ready="/health", launch="/start?business_uid={business_uid}", report="/report", ready_s=10)
Runner = Callable[..., Record]


def spec(name: str, service: Service = SERVICE) -> ImporterSpec:
    adapter = CallableAdapter(f"apps:{name}", HERE)
    return ImporterSpec(name, "intandem", adapter, SourceSpec("in.ndjson", "ndjson"), service=service)


@pytest.fixture(scope="session")
def pulling() -> Iterator[World]:
    with World(available(["intandem"])) as running:
        yield running


@pytest.fixture
def run(pulling: World) -> Runner:
    """Runs a miniature app through a scenario given as a dict; five clients, two per page, if it says nothing."""

    def runner(name: str, service: Service = SERVICE, **scenario: Any) -> Record:
        row = {
            "id": "s",
            "text": "A test.",
            "dataset": {"name": "clients", "count": 5},
            "pull": {"per_page": 2},
            "ceilings": {"requests": 60, "seconds": 60},
            **scenario,
        }
        read = read_scenarios("intandem", {"scenario": [row]})["s"]
        return run_scenario(pulling, read, spec(name, service), 0, LiveRuns())

    return runner


def test_a_good_app_leaves_a_whole_record(run: Runner, tmp_path: Path) -> None:
    record = run("good")
    (process,) = record.processes
    assert (process.ended_by, process.exit_code, process.start_error) == ("stopped", -signal.SIGTERM, None)
    assert [(one.what, one.status) for one in process.visits] == [("launch", 200), ("report", 200)]
    assert '{"kept": 1}' in process.text()
    (session,) = sessions(record)
    assert session.complete
    assert names(session.clients) == names(record.rows)
    assert [(one.number, one.per_page) for one in session.asked] == [(1, 2), (2, 2), (3, 2), (-1, 2)]
    assert {one.operation for one in record.requests} == {"imports.start"}
    assert len(record.objects("client")) == 5
    write_record(record, tmp_path / "r.jsonl")
    assert read_record(tmp_path / "r.jsonl") == record


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaves_early", "it ended with exit code 3 before GET /health on its port was answered"),
        ("never_listens", "was not answered within 0.3 s: nothing listens there"),
        ("never_up", "was not answered within 2 s: it answers 503"),
    ],
)
def test_an_app_that_does_not_come_up(run: Runner, name: str, words: str) -> None:
    ready_s = {"never_listens": 0.3, "never_up": 2}.get(name, 10)
    record = run(name, Service(ready="/health", ready_s=ready_s))
    assert words in (record.last_process.start_error or "")
    assert exit_code(diagnose(record)) == 3
    assert not record.objects("session")


def test_how_an_app_ends(run: Runner) -> None:
    assert run("leaves_at_a_signal").last_process.exit_code == 7
    stubborn = run("ignores_the_signal").last_process
    assert (stubborn.ended_by, stubborn.exit_code) == ("stop-ignored", -signal.SIGKILL)
    dead = run("dies_at_page_two").last_process
    assert (dead.ended_by, dead.exit_code) == ("itself", 9)


def test_a_session_without_end_meets_a_ceiling(run: Runner) -> None:
    record = run("hands_out_for_ever", ceilings={"requests": 20, "seconds": 60})
    assert record.last_process.ended_by == "request-ceiling"
    slow = run("hands_out_for_ever", pull={"per_page": 2, "delay_between_s": 0.2}, ceilings={"seconds": 1})
    assert slow.last_process.ended_by == "time-ceiling"
    assert record.ended_by_ceiling is record.last_process


def test_who_has_been_stopped_is_asked_for_no_other_import(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its death may be seen later than the end of its session."""
    wait = KeptRun.wait
    monkeypatch.setattr(KeptRun, "wait", lambda app, seconds: seconds != TICK_S and wait(app, seconds))
    twice = [{"per_page": 2}, {"per_page": 3}]
    record = run("hands_out_for_ever", plan="rounds", pull=twice, ceilings={"requests": 20, "seconds": 60})
    assert record.last_process.ended_by == "request-ceiling"
    assert len(visits(record, "launch")) == 1


def test_no_child_is_left_behind(run: Runner) -> None:
    child = int(run("leaves_a_child").last_process.files["child"])
    assert ends(child)


def test_killed_and_started_again_on_the_same_port(run: Runner) -> None:
    patient = {"retries": 200, "backoff_s": 0.05, "give_up_after": 200, "timeout_s": 2.0}
    plan = {"name": "killed", "operation": "export.page", "nth": 2}
    record = run("good", plan=plan, profile=patient, pull={"per_page": 2, "delay_between_s": 0.05})
    first, second = record.processes
    assert (first.ended_by, first.exit_code) == ("killed-by-plan", -signal.SIGKILL)
    assert (second.label, second.ended_by) == ("second", "stopped")
    (session,) = sessions(record)
    assert names(session.clients) == names(record.rows)
    assert {one.exchange.request.headers["host"] for one in session.asked} == {urlsplit(first.visits[0].url).netloc}
    assert os.path.basename(first.visits[0].url).startswith("start")


def test_a_killed_app_that_is_never_asked_is_not_waited_for(run: Runner) -> None:
    plan = {"name": "killed", "operation": "export.page", "nth": 2}
    record = run("starts_nothing", plan=plan, ceilings={"seconds": 30})
    assert [process.ended_by for process in record.processes] == ["stopped"]


def test_rounds_have_a_pull_plan_each(run: Runner) -> None:
    record = run("good", plan="rounds", pull=[{"per_page": 1}, {"per_page": 5}])
    assert [{one.per_page for one in session.walk} for session in sessions(record)] == [{1}, {5}]
    assert [len(session.walk) for session in sessions(record)] == [6, 2]
    assert [one.after for one in visits(record, "launch")] == [0, 8]


TURN = {"drop": [0], "change": [{"row": 1, "phone": "+1"}], "front": [{"external_id": "new", "first_name": "New"}]}


def test_the_source_turns_between_sessions(run: Runner) -> None:
    record = run("good", plan="turned", turn=TURN)
    first, second = sessions(record)
    assert names(first.clients) == names(record.rows)
    assert names(second.clients) == ["new", *names(record.rows)[1:]]
    assert second.clients[1]["phone"] == "+1"
    assert record.header.turned is not None
    assert len([line for line in record.between if line["type"] == "client"]) == 5


def test_the_source_turns_at_an_exact_page(run: Runner) -> None:
    plan = {"name": "turning", "operation": "export.page", "nth": 1}
    record = run("reads_an_api", plan=plan, turn={"empty": True}, upstream={"pages": [2]})
    assert names(sessions(record)[0].clients) == names(record.rows)
    assert [call.given for call in record.upstream] == [2, 2, 1]


def test_two_businesses_have_sources_of_their_own(run: Runner) -> None:
    record = run("good", plan="businesses", businesses=2)
    books = record.header.businesses
    assert len(books) == 2
    assert {one.business: names(one.clients) for one in sessions(record)} == {
        uid: names(rows) for uid, rows in books.items()
    }
    assert len({name for rows in books.values() for name in names(rows)}) == 10


def test_an_app_may_be_given_a_part_of_each_source(pulling: World) -> None:
    row = {
        "id": "s",
        "text": "A test.",
        "dataset": {"name": "clients", "count": 3},
        "plan": "businesses",
        "businesses": 2,
    }
    read = read_scenarios("intandem", {"scenario": [row]})["s"]
    part = Part(frozenset([(0, 2), (1, 0), (1, 1)]), frozenset(["external_id", "first_name"]))
    record = run_scenario(pulling, read, spec("good"), 0, LiveRuns(), part)
    books = record.header.businesses
    assert [len(rows) for rows in books.values()] == [1, 2]
    assert {one.business: names(one.clients) for one in sessions(record)} == {
        uid: names(rows) for uid, rows in books.items()
    }
    assert list(record.rows[0]) == ["external_id", "first_name"]


#: The first session goes on when the second has begun, and not by chance.
HOLD = {"before_page": 2, "until_sessions": 2, "at_most_s": 20}


def test_a_second_launch_while_the_first_session_runs(run: Runner) -> None:
    plan = {"name": "overtaken", "operation": "export.page", "nth": 1}
    record = run("good", plan=plan, pull={"per_page": 2, "hold": HOLD})
    first, second = sessions(record)
    assert second.asked[0].exchange.n < first.asked[-1].exchange.n


def test_the_source_turns_before_a_second_launch(run: Runner) -> None:
    plan = {"name": "overtaken-turned", "operation": "export.page", "nth": 1}
    turn = {"drop": [0]}
    record = run("good", plan=plan, turn=turn, pull={"per_page": 2, "hold": HOLD})
    assert [row["external_id"] for row in turned_rows(record)] == [row["external_id"] for row in record.rows[1:]]
    first, second = sessions(record)
    assert second.asked[0].exchange.n < first.asked[-1].exchange.n
    assert record.rows[0]["external_id"] not in names(second.clients)


def test_strangers_and_unknown_webhooks(run: Runner) -> None:
    record = run("good", plan="knocking")
    before, after = visits(record, "knock")
    assert (before.status, before.after, after.status) == (404, 0, 200)
    assert not visits(run("good", plan="hooked"), "webhook")


def test_the_source_api_fails_and_stalls_as_it_is_told(run: Runner) -> None:
    faults = [
        {"id": "down", "status": 503, "nth": [1], "retry_after_s": 1},
        {"id": "silence", "stall_s": 3, "nth": [2]},
        {"id": "gone", "status": 410, "from": 9},
    ]
    record = run("reads_an_api", upstream={"pages": [3, 3, 1], "faults": faults})
    assert [(call.status, call.given, call.fault) for call in record.upstream] == [
        (503, 0, "down"),
        (200, 3, "silence"),
        *[(200, 1, None)] * 5,
    ]
    assert names(sessions(record)[0].clients) == names(record.rows)


def test_a_token_on_a_page_is_found_and_blotted_out(run: Runner) -> None:
    process = run("shows_its_token").last_process
    assert [(secret.where, secret.what) for secret in process.secrets] == [("page:report", "token")]
    assert "<redacted>" in process.visits[-1].body


def test_a_pull_plan_that_the_fake_refuses_is_our_own_fault(run: Runner) -> None:
    with pytest.raises(ScenarioError, match="pull plan"):
        run("good", pull={"per_page": 0})


def test_what_was_asked_is_told_apart(run: Runner) -> None:
    record = run("good", pull={"per_page": 2, "replay": [1], "probes": [{"page": "99"}], "done_times": 2})
    (session,) = sessions(record)
    assert [one.number for one in session.walk] == [1, 2, 3]
    assert [one.number for one in session.probes] == [1, 99]
    assert len(session.dones) == 2
    assert len(asked(record)) == 7


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("good", 0, []),
        ("leaves_early", 3, ["it did not start: it ended with exit code 3"]),
        ("says_why_and_leaves", 3, ["step 19\n      fatal: no database"]),
        (
            "starts_nothing",
            3,
            [
                "no request reached the fake after the launch URL was opened; GET http://127.0.0.1:",
                'was answered with status 200: "soon"',
                "'launch'",
            ],
        ),
        (
            "wrong_token",
            3,
            ["1 requests reached the fake, with another credential", "was answered with status 502"],
        ),
        ("has_no_type", 1, ["the answer has no Content-Type, and must have application/json"]),
        ("has_no_export", 1, ["page 1 (/app/clients/export) was answered with status 404"]),
        ("forgets_half", 1, ["1 of 3 rows were on no page"]),
        ("dies_at_page_two", 1, ["it ended in the midst of the import with exit code 9"]),
    ],
)
def test_smoke_has_words_for_each_mistake(name: str, code: int, words: list[str]) -> None:
    problems = diagnose(run_smoke(spec(name), lambda: available(["intandem"])))
    assert exit_code(problems) == code
    said = "\n".join(f"{problem.what}\n{problem.mend}" for problem in problems)
    assert [one for one in words if one not in said] == []
