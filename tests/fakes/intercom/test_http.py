"""The views under plain Flask and under the trimmed one, through real sockets, and under nonsense."""

from __future__ import annotations

import threading
from typing import Any

import hypothesis.strategies as st
import pytest
import requests
from flask import Flask
from hypothesis import given, settings

from customhouse_fakes.core import wsgi
from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.call import Call, enter, leave
from customhouse_fakes.core.leanflask import LeanFlask
from customhouse_fakes.core.registry import Registry
from customhouse_fakes.core.request import Request
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intercom.http.routes import ROUTES
from customhouse_fakes.intercom.provider import IntercomProvider

from .desk import Desk

USER, LEAD = "a" * 24, "b" * 24
SEED: dict[str, Any] = {
    "data_attributes": [{"name": "plan", "data_type": "string"}],
    "companies": [{"id": "c" * 24, "company_id": "acme"}],
    "tags": ["vip"],
    "contacts": [
        {
            "id": USER,
            "external_id": "e/1 x",
            "email": "a@x.org",
            "name": "Zoë ☕",
            "tags": ["vip"],
            "companies": ["acme"],
        },
        {"id": LEAD, "role": "lead", "external_id": "lead", "email": "b@x.org"},
    ],
}

# ---- one set of views, two Flasks ----

REQUESTS = [
    ("GET", f"/contacts/{USER}", b""),
    ("GET", "/contacts", b""),
    ("GET", "/contacts/find_by_external_id/e/1 x", b""),
    ("GET", "/contacts/nobody", b""),
    ("POST", "/contacts", b'{"email":"A@x.org"}'),
    ("POST", "/contacts", b"{"),
    ("PUT", f"/contacts/{USER}", b'{"name":null}'),
    ("POST", "/contacts/search", b'{"query":{"field":"email","operator":"=","value":"b@x.org"}}'),
    ("POST", f"/contacts/{LEAD}/archive", b""),
    ("POST", "/contacts/bulk", b'{"contacts":[]}'),
    ("DELETE", "/tags/1", b""),
    ("GET", "/data_attributes", b""),
    ("GET", "/me", b""),
]


def answered(base: type[Flask], request: Request) -> Answer:
    provider = IntercomProvider()
    sandbox = Registry({"intercom": provider}).create("intercom")
    sandbox.clock.freeze(4_000_000_000)
    sandbox.state = provider.new_state(sandbox.profile, sandbox.random.fork("state"), sandbox.clock)
    provider.seed(sandbox.state, SEED)
    app = provider.app(base)
    token = enter(Call(request, sandbox, "token", None))
    try:
        if isinstance(app, LeanFlask):
            return app.answer(request, app.match(request.method, request.path))[0]
        return wsgi.call(app, request)
    finally:
        leave(token)


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_views_answer_alike_under_both_flasks(method: str, path: str, body: bytes) -> None:
    request = Request(method, path, "", {"content-type": "application/json", "intercom-version": "2.16"}, body)
    plain, lean = answered(Flask, request), answered(LeanFlask, request)
    assert plain.status == lean.status
    if lean.body:
        spelled = IntercomProvider().app(Flask).json.loads
        assert list(spelled(plain.body).items()) == list(spelled(lean.body).items())
    else:
        assert plain.body == b""


# ---- through sockets ----


def test_of_many_creates_at_once_one_succeeds() -> None:
    with Harness([IntercomProvider()], strict=True) as harness:
        sandbox = harness.sandbox("intercom")
        headers = {"Authorization": f"Bearer {sandbox.credentials['token']}", "Intercom-Version": "2.16"}
        statuses: list[int] = []
        ready = threading.Barrier(32)

        def create() -> None:
            ready.wait(10)
            body = {"email": "same@x.org"}
            reply = requests.post(harness.url("intercom") + "/contacts", json=body, headers=headers, timeout=10)
            statuses.append(reply.status_code)

        threads = [threading.Thread(target=create) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(statuses) == [200] + [409] * 31
        lines = harness.run(lambda: list(sandbox.provider.export(sandbox.state)))
        assert [line["email"] for line in lines] == ["same@x.org"]
        escaped = requests.get(
            harness.url("intercom") + "/contacts/find_by_external_id/e%2F1%20x", headers=headers, timeout=10
        )
        assert escaped.json()["errors"][0]["message"] == "User Not Found"
        assert harness.run(lambda: list(sandbox.diagnostics)) == []


# ---- nonsense ----

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
KEYS = st.sampled_from(
    [
        *("email", "external_id", "role", "name", "phone", "avatar", "owner_id", "signed_up_at", "custom_attributes"),
        *("id", "from", "into", "query", "field", "operator", "value", "sort", "order", "pagination", "per_page"),
        *("starting_after", "model", "data_type", "options", "archived", "company_id", "size", "monthly_spend"),
        *("users", "companies", "body", "admin_id", "consent_type", "contacts", "job"),
    ]
)
BODIES = st.dictionaries(KEYS, JSON | st.sampled_from([USER, LEAD, "1", "c" * 24, {}, [{}]]), max_size=5)
IDS = st.sampled_from([USER, LEAD, "1", "c" * 24, "nobody", "%00", "é"])


@pytest.fixture(scope="module")
def patient() -> Desk:
    desk = Desk(limits={"app": 10**9, "workspace": 10**9})
    desk.seed(**SEED)
    desk.sandbox.save("clean")
    return desk


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_nonsense_is_refused_and_never_breaks_the_fake(patient: Desk, data: st.DataObject) -> None:
    desk = patient
    desk.sandbox.restore("clean")
    for _ in range(data.draw(st.integers(1, 4))):
        route = data.draw(st.sampled_from(ROUTES))
        path = "/".join(data.draw(IDS) if part.startswith("<") else part for part in route.path.split("/"))
        query = data.draw(
            st.sampled_from(["", "?per_page=0", "?per_page=x", "?starting_after=e30=", "?page=-1", "?model=x"])
        )
        body = data.draw(BODIES | st.binary(max_size=8))
        version = data.draw(st.sampled_from(["2.16", "2.10", "1.0", "Preview"]))
        reply = desk.send(
            route.method, path + query, body if isinstance(body, bytes) else orjson_fit(body), version=version
        )
        assert reply.status < 500 or reply.row.refused_by == "rule:search.group_operator_on_field", reply.body


def orjson_fit(value: Any) -> Any:
    """Numbers within what JSON libraries write: beyond 64 bits as floats."""
    if isinstance(value, dict):
        return {key: orjson_fit(item) for key, item in value.items()}
    if isinstance(value, list):
        return [orjson_fit(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value % 2**63)
    return value
