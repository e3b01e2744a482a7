"""Miniature apps that inTandem asks for pages, one good and several bad: each is a function named after its defect.

They are called through the callable adapter, so they run in processes of their own.
"""

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, object]


class Good:
    """Reads its source when an import is wanted, keeps it in a file, and hands out pages of it."""

    type: str | None = "application/json"

    def __init__(self, job: Any) -> None:
        self.job, self.pull = job, job.pull
        self.tokens = {one.uid: one.token for one in job.pull.businesses}
        self.sources = {one.uid: Path(one.source) for one in job.pull.businesses}

    def health(self, _query: dict[str, str]) -> Answer:
        return 200, "up"

    def start(self, query: dict[str, str]) -> Answer:
        business = query["business_uid"]
        rows = [json.loads(line) for line in self.sources[business].read_text("utf-8").splitlines()]
        self.kept(business).write_text(json.dumps(rows), "utf-8")
        return self.post(business)

    def post(self, business: str) -> Answer:
        body = {"fields_mapping": {"first_name": "First name"}, "import_params": {}}
        url = f"{self.job.base_url}/business/clients/v1/apps/{self.pull.app_code_name}/import"
        headers = {"Authorization": f"Bearer {self.tokens[business]}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own
        try:
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - our own
        except urllib.error.HTTPError as error:
            error.close()
            return 502, f"refused: {error.code}"
        return 200, "started"

    def kept(self, business: str) -> Path:
        return Path(self.job.workdir) / f"kept-{business}.json"

    def export(self, query: dict[str, str]) -> Answer:
        page, size = int(query["page"]), int(query["per_page"])
        path = self.kept(query["business_uid"])
        if not path.exists():
            return 404, "no such import"
        rows = [] if page < 0 else json.loads(path.read_text("utf-8"))[(page - 1) * size : page * size]
        return 200, {"data": {"clients": rows}}

    def report(self, _query: dict[str, str]) -> Answer:
        return 200, {"kept": len(list(Path(self.job.workdir).glob("kept-*")))}


def serve(app: Good) -> int:
    views: dict[str, Callable[[dict[str, str]], Answer]] = {
        "/health": app.health,
        "/start": app.start,
        "/app/clients/export": app.export,
        "/report": app.report,
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            view = views.get(where.path)
            query = {name: values[-1] for name, values in parse_qs(where.query).items()}
            status, body = view(query) if view else (404, "no such page")
            data = json.dumps(body).encode()
            self.send_response(status)
            if app.type:
                self.send_header("Content-Type", app.type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    ThreadingHTTPServer(("127.0.0.1", app.pull.port), Handler).serve_forever()
    return 0


def good(job: Any) -> int:
    return serve(Good(job))


def never_listens(job: Any) -> int:
    time.sleep(60)
    return 0


def leaves_early(job: Any) -> int:
    return 3


def says_why_and_leaves(job: Any) -> int:
    sys.stderr.write("".join(f"step {n}\n" for n in range(20)))
    sys.stderr.write("fatal: no database\n")
    return 3


def never_up(job: Any) -> int:
    class App(Good):
        def health(self, _query: dict[str, str]) -> Answer:
            return 503, "starting"

    return serve(App(job))


def ignores_the_signal(job: Any) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return good(job)


def leaves_at_a_signal(job: Any) -> int:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
    return good(job)


def dies_at_page_two(job: Any) -> int:
    class App(Good):
        def export(self, query: dict[str, str]) -> Answer:
            if query["page"] == "2":
                os._exit(9)
            return super().export(query)

    return serve(App(job))


def starts_nothing(job: Any) -> int:
    class App(Good):
        def start(self, query: dict[str, str]) -> Answer:
            return 200, "soon"

    return serve(App(job))


def wrong_token(job: Any) -> int:
    app = Good(job)
    app.tokens = dict.fromkeys(app.tokens, "not-a-token")
    return serve(app)


def has_no_type(job: Any) -> int:
    class App(Good):
        type = None

    return serve(App(job))


def has_no_export(job: Any) -> int:
    class App(Good):
        def export(self, query: dict[str, str]) -> Answer:
            return 404, "what is an export?"

    return serve(App(job))


def forgets_half(job: Any) -> int:
    class App(Good):
        def export(self, query: dict[str, str]) -> Answer:
            status, body = super().export(query)
            return status, body if query["page"] == "1" else {"data": {"clients": []}}

    return serve(App(job))


def hands_out_for_ever(job: Any) -> int:
    class App(Good):
        def export(self, query: dict[str, str]) -> Answer:
            return super().export({**query, "page": "1"})

    return serve(App(job))


def shows_its_token(job: Any) -> int:
    class App(Good):
        def report(self, _query: dict[str, str]) -> Answer:
            return 200, self.tokens

    return serve(App(job))


def leaves_a_child(job: Any) -> int:
    child = os.fork()
    if child == 0:
        threading.Event().wait(600)
        os._exit(0)
    Path(job.workdir, "child").write_text(str(child))
    return good(job)


def reads_an_api(job: Any) -> int:
    """Asks the API of its source for four rows, and page for page, as long as there are more."""

    class App(Good):
        def start(self, query: dict[str, str]) -> Answer:
            rows: list[object] = []
            cursor, url = "", self.pull.first.source_url
            while cursor is not None:
                headers = {"Authorization": f"Bearer {self.pull.source_token}"}
                request = urllib.request.Request(f"{url}?cursor={cursor}&limit=4", headers=headers)  # noqa: S310
                try:
                    with urllib.request.urlopen(request, timeout=1) as answer:  # noqa: S310 - our own
                        page = json.load(answer)
                except (urllib.error.URLError, TimeoutError):
                    continue
                rows, cursor = [*rows, *page["clients"]], page["next"]
            self.kept(query["business_uid"]).write_text(json.dumps(rows), "utf-8")
            return self.post(query["business_uid"])

    return serve(App(job))
