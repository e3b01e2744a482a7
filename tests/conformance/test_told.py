"""What importers into Rally are told of their account, against the real fake: each thing is as the provider has it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customhouse_conformance.adapters import CallableAdapter
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.scenario_run import run_scenario
from customhouse_conformance.engine.world import World
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.record import Record
from customhouse_conformance.scenarios import Scenario, read_scenarios
from customhouse_conformance.scenarios.dataset import rows_of
from customhouse_conformance.smoke import diagnose, run_smoke

HERE = Path(__file__).parent
SLOW = {"processing_s": 600}

Runner = Callable[..., Record]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(available(["rally"])) as running:
        yield running


@pytest.fixture
def run(world: World) -> Runner:
    """Runs one of `people_importers` through a scenario given as a dict."""
    return lambda name, **facts: run_scenario(world, scenario(**facts), importer(name), 0, LiveRuns())


def importer(name: str) -> ImporterSpec:
    adapter = CallableAdapter(f"people_importers:{name}", HERE)
    return ImporterSpec(name, "rally", adapter, SourceSpec("people.ndjson", "ndjson"))


def scenario(**facts: Any) -> Scenario:
    usual = {"id": "s", "text": "t", "dataset": {"name": "rally-people", "count": 3, "attributes": False}}
    return read_scenarios("rally", {"scenario": [{**usual, **facts}]})["s"]


def told(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record.last_process.stdout.splitlines()[0])
    return found


def test_types_identifier_and_population_reach_the_importer(run: Runner) -> None:
    record = run(
        "shows",
        told={"identifier": "phone", "population": "Customers", "types": {"Tier": "STRING"}},
        seed={"populations": [{"name": "Customers"}]},
        env={"TZ": "Asia/Tokyo"},
    )
    (population,) = record.objects("population")
    seen = told(record)
    assert (seen["identifier"], seen["population"], seen["zone"]) == ("phone", population["populationId"], "Asia/Tokyo")
    assert seen["types"]["Tier"] == "STRING"
    assert seen["types"] == record.header.told["types"]
    assert record.header.told["population"] == population["populationId"]
    assert record.last_process.files.keys() == set()


def test_a_population_that_is_not_there_is_an_id_that_nobody_has(run: Runner) -> None:
    record = run("shows", told={"population": "gone"})
    assert told(record)["population"] == record.header.told["population"] == "gone"
    assert told(run("shows"))["population"] is None


def test_who_does_not_wait_is_judged_by_what_became_of_it(run: Runner) -> None:
    record = run("posts", profile=SLOW)
    assert [line["status"] for line in record.objects("import")] == ["COMPLETED"]
    assert len(record.objects("person")) == 3


def test_an_import_that_never_ends_is_left_alone(run: Runner) -> None:
    record = run("posts", profile={"import_outcome": "never"})
    assert [line["status"] for line in record.objects("import")] == ["UPLOADING"]


def test_between_two_runs_everything_has_ended_too(run: Runner) -> None:
    record = run("posts", profile=SLOW, plan="twice")
    assert len([line for line in record.between if line["type"] == "person"]) == 3
    assert len(record.objects("import")) == 2


def test_webhooks_come_where_the_importer_was_told_to_listen(run: Runner) -> None:
    held = {"processing": "at_once", "webhook_moment": "before_answer"}
    (hook,) = run("listens", told={"webhooks": True}, profile=held).operation("webhook.deliver")
    assert (hook.status, hook.path) == (204, "/webhooks/rally")
    assert run("listens", profile=held).operation("webhook.deliver") == ()


def test_the_webhooks_secret_is_looked_for_in_what_it_says(run: Runner) -> None:
    (leak,) = run("leaks").last_process.secrets
    assert leak.where == "stdout"


def test_smoke(world: World) -> None:
    sends = replace(importer("posts"), source=SourceSpec("in.ndjson", "ndjson", columns=("email", "first_name")))
    record = run_smoke(sends, lambda: available(["rally"]))
    assert diagnose(record) == []
    assert len(record.rows) == 3


def test_nulls_and_changed_repeats() -> None:
    rows = [{"email": "a@example.com", "properties": {"Tier": "x"}}, {"email": "b@example.com"}]
    repeat = [1, {"row": 0, "first_name": "Again"}]
    dataset = {"name": "inline", "rows": rows, "repeat": repeat, "nulls": [{"row": 0, "field": "properties.Tier"}]}
    assert rows_of(scenario(dataset=dataset).dataset) == (
        {"email": "a@example.com", "properties": {"Tier": None}},
        {"email": "b@example.com"},
        {"email": "b@example.com"},
        {"email": "a@example.com", "properties": {"Tier": "x"}, "first_name": "Again"},
    )
