"""Shapes, limits, thresholds, fault profiles: tables and the small interpreters that read them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.engine.providers import available
from customhouse_fakes.core.faults import FaultPlan
from customhouse_loadtests.errors import LoadUsageError
from customhouse_loadtests.measures import MEASURES
from customhouse_loadtests.providers import fault_plan, fault_profiles, providers
from customhouse_loadtests.settings import Settings, read_limit
from customhouse_loadtests.shapes import shapes
from customhouse_loadtests.thresholds import Threshold, exit_code, with_usual

from .loading import free_of_gevent


def test_this_process_is_not_patched() -> None:
    assert free_of_gevent()


@given(st.sampled_from(sorted(shapes())), st.floats(0, 1), st.integers(1, 500))
def test_a_shape_has_at_least_one_user_and_never_more_than_its_most(name: str, share: float, users: int) -> None:
    shape = shapes()[name]
    assert 1 <= shape.users_at(share, users) <= shape.most(users)


def test_what_the_shapes_are() -> None:
    ramp, spike = shapes()["ramp"], shapes()["spike"]
    assert [ramp.users_at(share, 10) for share in (0, 0.19, 0.2, 0.5, 0.99, 1)] == [2, 2, 4, 6, 10, 10]
    assert [spike.users_at(share, 10) for share in (0, 0.5, 0.9)] == [1, 10, 1]
    assert shapes()["one-big"].most(50) == 1
    assert shapes()["soak"].duration_s == 3600


def test_a_duration_makes_users_go_on() -> None:
    assert Settings(shape="tenants").once
    assert not Settings(shape="tenants", duration_s=5).once
    assert not Settings(shape="ramp").once
    assert Settings(shape="ramp").seconds == 60


def test_settings_survive_the_way_to_another_process() -> None:
    settings = Settings(importer="acme", users=3, duration_s=2.5, limit="100/1", faults="weather")
    assert Settings.of({**settings.to_json(), "of another": "option"}) == settings


def test_limits() -> None:
    assert read_limit("vendor") == {}
    assert read_limit("100/1") == {"app": 100, "workspace": 100, "window_s": 1.0}
    assert read_limit("none")["app"] >= 10**9
    for wrong in ("fast", "0/1", "10/0", "/", "10/x"):
        with pytest.raises(LoadUsageError):
            read_limit(wrong)


def test_thresholds_compare() -> None:
    values = dict.fromkeys(MEASURES, None) | {"rows_per_s": 100.0}
    outcomes = [
        Threshold.of(f"rows_per_s {text}").judge(values) for text in ("<100", "<=100", ">99.5", "==1e2", "!=100")
    ]
    assert outcomes == ["held", "broken", "broken", "broken", "held"]
    assert Threshold.of("p99_ms>5").judge(values) == "not measured"


@pytest.mark.parametrize(
    "text", ["rows_per_s", "rows_per_s<fast", "speed<1", "<1", "rows_per_s<1;exit", "rows_per_s<1.2.3"]
)
def test_what_is_no_threshold_is_refused(text: str) -> None:
    with pytest.raises(LoadUsageError):
        Threshold.of(text)


def test_exit_codes() -> None:
    assert exit_code(["held", "held"]) == 0
    assert exit_code(["held", "not measured"]) == 3
    assert exit_code(["not measured", "broken"]) == 1


def test_a_threshold_of_ones_own_replaces_the_usual_one() -> None:
    assert [str(one) for one in with_usual([])] == ["imports_failed>0", "rows_missing>0", "workers_lost>0"]
    mine = with_usual([Threshold.of("imports_failed>3")])
    assert [str(one) for one in mine] == ["imports_failed>3", "rows_missing>0", "workers_lost>0"]


@pytest.mark.parametrize("profile", sorted(fault_profiles()))
@pytest.mark.parametrize("provider", sorted(providers()))
def test_every_fault_profile_is_taken_by_every_provider(profile: str, provider: str) -> None:
    (fake,) = available([provider])
    FaultPlan(fake.operations).put(fault_plan(profile, provider))


@pytest.mark.parametrize("provider", sorted(providers()))
def test_the_tables_name_operations_that_there_are(provider: str) -> None:
    (fake,) = available([provider])
    facts = providers()[provider]
    assert set(facts.landing) <= fake.operations
    assert facts.api
    for call in facts.api:
        path, body = call.filled({"n": "1", "id": "2", "app_code_name": "app"})
        assert "{" not in path
        assert body is None or "{n}" not in body


def test_no_setting_is_called_as_an_option_of_locusts_own() -> None:
    """Locust's options and ours stand in one namespace; only the number of users is meant to be the same."""
    script = "from locust.argument_parser import default_args_dict; print(*default_args_dict())"
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert not set(Settings.__slots__) & set(asked.stdout.split())
