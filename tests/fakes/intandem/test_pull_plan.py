"""How the puller misbehaves on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from customhouse_fakes.intandem.state.plan import PullPlan, PullPlanError

from .bench import DEADLINE_S
from .conftest import MakeApp, MakeBench
from .tiny import rows

END = -1


def asked(made: Any) -> list[tuple[str, str]]:
    """(operation without its family, page) of every call of the puller, in order."""
    found = []
    for row in made.rows():
        query = dict(part.split("=") for part in row["query"].split("&"))
        found.append((row["operation"].removeprefix("export."), query.get("page", "none")))
    return found


@pytest.mark.parametrize(
    ("plan", "calls"),
    [
        ({"replay": [2]}, "page1 page2 probe2 page3 done-1"),
        ({"again_after_end": [1]}, "page1 page2 page3 done-1 probe1"),
        ({"order": [3, 1, 2]}, "probe3 probe1 probe2 page1 page2 page3 done-1"),
        ({"first": [-1]}, "done-1 page1 page2 page3 done-1"),
        ({"done_times": 2}, "page1 page2 page3 done-1 done-1"),
        ({"done_times": 0}, "page1 page2 page3"),
        ({"vanish_after_page": 2}, "page1 page2"),
        ({"vanish_after_page": 3}, "page1 page2 page3"),
        ({"drop_after_page": 2}, "page1 page2 page2 page3 done-1"),
        ({"probes": [{"page": "9999"}, {"page": "abc"}]}, "page1 page2 page3 probe9999 probeabc done-1"),
        ({"probes": [{"without": ["page"]}], "probes_when": "before"}, "probenone page1 page2 page3 done-1"),
        ({"per_page": 3}, "page1 page2 done-1"),
    ],
)
def test_what_is_asked_and_that_the_store_is_right_all_the_same(
    tiny: MakeApp, bench: MakeBench, plan: dict[str, Any], calls: str
) -> None:
    made = bench(tiny(rows(5)), profile={"per_page": 2})
    made.plan(**plan)
    session = made.pull()
    assert " ".join(f"{operation}{page}" for operation, page in asked(made)) == calls
    vanished = "vanish_after_page" in plan
    assert session["state"] == ("vanished" if vanished else "completed")
    assert made.external_ids() == list(range(5))[: 2 * plan.get("vanish_after_page", 9)]
    assert session["stressed"] == (plan != {"per_page": 3})


def test_parameters_that_change(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(5))
    made = bench(app, profile={"per_page": 2})
    made.plan(
        per_page_by_page={"2": 3},
        staff_uid_by_page={"2": "other"},
        extra_query={"session_id": "x y", "foo": "bar"},
        probes=[{"per_page": "-1", "business_uid": "unknown"}, {"without": ["staff_uid", "page"]}],
        join="naive",
        start="before-answer",
        delay_between_s=0.001,
    )
    made.pull()
    one, two = app.asked[:2]
    assert (one.query["per_page"], two.query["per_page"]) == ("2", "3")
    assert (one.query["staff_uid"], two.query["staff_uid"]) == (made.credentials["staff_uid"], "other")
    assert one.query["session_id"] == "x y"
    assert [ask.query["foo"] for ask in app.asked] == ["bar"] * len(app.asked)
    probes = [row["query"] for row in made.rows("export.probe")]
    assert "business_uid=unknown" in probes[0]
    assert "per_page=-1" in probes[0]
    assert "staff_uid" not in probes[1]


def order_of(made: Any) -> str:
    return " ".join(row["operation"] for row in made.rows("*"))


def test_a_session_stands_before_a_page_until_another_is_opened(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(rows(5)), profile={"per_page": 2})
    made.plan(hold={"before_page": 2, "until_sessions": 2, "at_most_s": 60})
    asked_once = made.next_row("export.page")
    made.start()
    assert asked_once.wait(DEADLINE_S)
    made.start()
    made.until_quiet()
    assert order_of(made).startswith("imports.start export.page imports.start export.page")
    assert [session["state"] for session in made.sessions()] == ["completed", "completed"]
    assert not any(session["stressed"] for session in made.sessions())


def test_a_session_stands_no_longer_than_the_plan_says(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(rows(5)), profile={"per_page": 2})
    made.plan(hold={"before_page": 3, "until_sessions": 2, "at_most_s": 0.01})
    assert made.pull()["state"] == "completed"
    assert made.external_ids() == list(range(5))


def test_a_session_that_stands_can_be_cancelled(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(rows(5)), profile={"per_page": 2})
    made.plan(hold={"before_page": 2, "until_sessions": 2, "at_most_s": 60})
    asked_once = made.next_row("export.page")
    made.start()
    assert asked_once.wait(DEADLINE_S)
    [session] = made.sessions()
    assert made.control("POST", f"/sessions/{session['id']}/cancel").status_code == 200
    made.until_quiet()
    assert order_of(made).count("export.page") == 1


def test_a_session_keeps_the_plan_that_it_began_with(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(rows(1)), profile={"start_delay_s": 60.0})
    made.plan(done_times=2)
    made.start()
    made.plan()
    made.harness.run(made.sandbox.clock.advance, 60)
    made.until_quiet()
    assert len(made.rows("export.done")) == 2


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"replays": [1]}, "replays"),
        ({"per_page": 0}, "per_page"),
        ({"per_page_by_page": {"two": 5}}, "two"),
        ({"first": [1]}, "first/0"),
        ({"probes": [{}]}, "probes/0"),
    ],
)
def test_a_bad_plan_is_refused(document: dict[str, Any], words: str) -> None:
    with pytest.raises(PullPlanError) as refusal:
        PullPlan.read(document)
    assert words in str(refusal.value)
