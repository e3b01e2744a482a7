"""The same views behave alike under plain Flask and under the trimmed one."""

from typing import Any

import pytest
from flask import Flask

from customhouse_fakes.core import wsgi
from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.call import Call, enter, leave
from customhouse_fakes.core.leanflask import PATHS, LeanFlask
from customhouse_fakes.core.request import Request
from customhouse_fakes.core.sandbox import Sandbox

from .toy import ToyProvider

REQUESTS = [
    Request("POST", "/notes", "", {"content-type": "application/json"}, b'{"title":"a","text":"b"}'),
    Request("POST", "/notes", "", {}, b'{"title":"there","text":"again"}'),
    Request("GET", "/notes", "", {}, b""),
    Request("GET", "/notes/there", "", {}, b""),
    Request("GET", "/notes/caf\u00e9 \u2615", "", {}, b""),
    Request("GET", "/notes/nobody", "", {}, b""),
    Request("GET", "/context", "word=hi%20there", {"user-agent": "test"}, b""),
]


def answer(base: type[Flask], request: Request, through_wsgi: bool) -> Answer:
    provider = ToyProvider()
    sandbox = Sandbox("s", provider)
    sandbox.state.notes.update({"there": "x", "caf\u00e9 \u2615": "y"})
    app = provider.app(base)
    token = enter(Call(request, sandbox, "token", None))
    try:
        if isinstance(app, LeanFlask) and not through_wsgi:
            return app.answer(request, app.match(request.method, request.path))[0]
        return wsgi.call(app, request)
    finally:
        leave(token)


def essence(given: Answer) -> tuple[int, Any, Any, Any]:
    content_type = given.headers["Content-Type"].partition(";")[0]
    return given.status, bytes(given.body).strip(), content_type, given.headers.get("X-Why")


class OrderedFlask(LeanFlask):
    """Plain Flask's own cycle with our JSON provider, so that bodies can be compared to the byte."""

    wsgi_app = Flask.wsgi_app


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: f"{r.method} {r.path} {len(r.body)}")
@pytest.mark.parametrize("through_wsgi", [False, True])
def test_same_answer(request_: Request, through_wsgi: bool) -> None:
    plain = essence(answer(OrderedFlask, request_, through_wsgi=True))
    assert essence(answer(LeanFlask, request_, through_wsgi)) == plain


@pytest.mark.parametrize(
    ("method", "path", "wrong_method"),
    [("GET", "/nowhere", False), ("DELETE", "/notes", True), ("GET", "/notes/", False)],
)
def test_paths_that_lead_nowhere(method: str, path: str, wrong_method: bool) -> None:
    match = ToyProvider().app(LeanFlask)
    assert isinstance(match, LeanFlask)
    found = match.match(method, path)
    assert found.operation is None
    assert found.wrong_method == wrong_method


@pytest.mark.parametrize("path", ["/notes", "/notes/there"])
def test_a_path_is_looked_up_once(path: str) -> None:
    app = ToyProvider().app(LeanFlask)
    assert isinstance(app, LeanFlask)
    first = app.match("GET", path)
    assert app.match("GET", path) is first
    assert app.match("POST", "/notes").operation == "notes.create"
    assert app.match("GET", "/notes/here").arguments != app.match("GET", "/notes/there").arguments


def test_paths_that_are_remembered_are_not_more_and_more() -> None:
    app = ToyProvider().app(LeanFlask)
    assert isinstance(app, LeanFlask)
    first = app.match("GET", "/notes/0")
    for number in range(1, PATHS + 1):
        app.match("GET", f"/notes/{number}")
    again = app.match("GET", "/notes/0")
    assert again is not first
    assert again == first
