"""Carries out a plan of acts with an app that is asked for pages: the words are in `scenarios.plans.ACTS`.

The app runs for the whole plan. What has to happen at an exact page happens on the fake's own thread, between that
page and the next; what may take time happens here.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from customhouse_conformance.adapters import Business, Job, Launch, Pull, Run, Service
from customhouse_conformance.adapters.app import EXPORT, Page, stop, visit, wait_until_ready
from customhouse_conformance.engine.describing import Ended, describe
from customhouse_conformance.engine.execution import wait_for_death
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.moments import UNKNOWN_SESSION, Moment
from customhouse_conformance.engine.pull_account import PullAccount
from customhouse_conformance.engine.room import Room
from customhouse_conformance.engine.secrets import forms_of
from customhouse_conformance.engine.source import write_source
from customhouse_conformance.engine.upstream import OPERATION, Desk
from customhouse_conformance.engine.watch import Watch
from customhouse_conformance.errors import DidNotStartError
from customhouse_conformance.facts import Process, Row, Visit
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.scenarios import Ceilings, Scenario
from customhouse_conformance.scenarios.plans import Kill, Step
from customhouse_fakes.core.clock import monotonic

#: Real seconds without any call after which a launch that led to no session is taken to have led to none: when the
#: app was refused or has refused, and when it may still be busy with its source.
QUIET_S, BUSY_S = 0.7, 5.0
TICK_S = 0.02
LABELS = ("first", "second")


class _OverError(Exception):
    """The app did not start, died or ran into a ceiling: the remaining acts make no sense."""


@dataclass(slots=True)
class _App:
    """One process of the app."""

    label: str
    launch: Launch
    run: Run
    began: float
    before: int
    visits: "list[Future[Visit]]" = field(default_factory=list)


class Acts:
    """The acts of one scenario. `perform` does them all and stops the app."""

    def __init__(  # noqa: PLR0913 - what the acts of a scenario share
        self,
        *,
        spec: ImporterSpec,
        scenario: Scenario,
        account: PullAccount,
        desk: Desk,
        books: dict[str, tuple[Row, ...]],
        turned: tuple[Row, ...] | None,
        folder: Path,
        ceilings: Ceilings,
        live: LiveRuns,
    ) -> None:
        self._spec, self._scenario, self._account, self._desk = spec, scenario, account, desk
        self._books, self._turned, self._folder, self._ceilings, self._live = books, turned, folder, ceilings, live
        self._service = spec.service or Service()
        self._watch = Watch(ceilings)
        self._room = Room(folder)
        self._deadline = monotonic() + ceilings.seconds
        self._kill: Kill | None = None
        self._moment: Moment | None = None
        self._sessions = 0
        self._last_news = monotonic()
        self._app: _App | None = None
        self._ended: list[Ended] = []
        self._stack = ExitStack()
        self._visitors = ThreadPoolExecutor(thread_name_prefix="visitor")
        self.between: tuple[Row, ...] | None = None

    def perform(self) -> list[Process]:
        """Do the acts of the plan; the processes that there were."""
        self._stack.callback(self._account.on_exchange(lambda row: self._news(row.operation or "")))
        self._stack.callback(self._account.on_exchange(self._watch.on_exchange))
        self._desk.on_call = lambda _call: self._news(OPERATION)
        with self._stack:
            try:
                for act in self._scenario.plan.acts:
                    self._do(act)
            except _OverError:
                pass
            finally:
                self._part()
                self._account.settle()
                self._visitors.shutdown(wait=False, cancel_futures=True)
        needles = forms_of((*self._account.secrets(), self._desk.token))
        return [describe(one, n, needles) for n, one in enumerate(self._ended, start=1)]

    # ---- the acts ----

    def _do(self, act: str) -> None:
        acts: dict[str, Callable[[], None]] = {
            "start": self._start,
            "launch": self._launch,
            "launch-all": self._launch_all,
            "rounds": self._rounds,
            "wait": self._wait,
            "wait-for-death": self._wait_for_death,
            "arm": lambda: self._arm(None),
            "arm-kill": self._arm_kill,
            "arm-turn": lambda: self._arm(self._turn),
            "reach": self._reach,
            "turn": self._turn,
            "mark": self._mark,
            "knock": self._knock,
            "webhook": self._webhook,
        }
        acts[act]()

    def _start(self) -> None:
        label = LABELS[len(self._ended)]
        launch = self._prepare(label)
        step = Step(label, kill=self._kill if label == "first" else None)
        began, before = monotonic(), self._account.total
        try:
            run = self._watch.start(step, lambda: self._spec.adapter.start(launch))
        except DidNotStartError as error:
            self._ended.append(Ended(label, launch, None, "itself", 0.0, str(error)))
            raise _OverError from None
        self._stack.enter_context(self._live.holding(run))
        self._app = _App(label, launch, run, began, before)
        try:
            wait_until_ready(run, self._service, self._account.port)
        except DidNotStartError as error:
            self._part(str(error) if label == "first" else None)
            raise _OverError from None

    def _launch(self, business: Business | None = None) -> None:
        if self._watch.is_stopped(self._current.label) or self._current.run.wait(TICK_S):
            raise _OverError  # nobody is there to be asked: it was never wanted
        self._account.pull(self._scenario.pull.plan(self._sessions))
        self._sessions += 1
        path = self._service.launch_path(business or self._businesses()[0], self._account.app_code_name)
        self._visit("launch", f"{self._account.app_url}{path}")

    def _launch_all(self) -> None:
        for business in self._businesses():
            self._launch(business)

    def _rounds(self) -> None:
        for _ in self._scenario.pull.plans:
            self._launch()
            self._wait()

    def _wait(self) -> None:
        """Until every session is over and every webhook delivered, or nothing happens any more."""
        while True:
            self._refuse_to_go_on()
            answered = all(visit.done() for visit in self._current.visits)
            enough = self._account.sessions() >= self._sessions
            if answered and self._account.over() and (enough or self._is_quiet()):
                return
            if self._current.run.wait(TICK_S):
                raise _OverError

    def _wait_for_death(self) -> None:
        while not self._current.run.wait(TICK_S):
            self._refuse_to_go_on()
            self._refuse_to_wait_in_vain()
        self._part()

    def _arm(self, action: Callable[[], None] | None) -> None:
        if self._scenario.plan.moment is not None:
            self._moment = Moment(self._scenario.plan.moment, action)

    def _arm_kill(self) -> None:
        self._kill = self._scenario.plan.moment

    def _reach(self) -> None:
        while self._moment is not None and not self._moment.passed.wait(TICK_S):
            self._refuse_to_go_on()
            self._refuse_to_wait_in_vain()
            if self._current.run.wait(0):
                raise _OverError

    def _turn(self) -> None:
        if self._scenario.pull.turn is None or self._turned is None:
            return
        first = self._businesses()[0]
        write_source(first.source, self._turned, self._spec.source)
        self._desk.turn(first.uid, self._turned, len(self._scenario.pull.turn.front))

    def _mark(self) -> None:
        self.between = self._account.objects()

    def _knock(self) -> None:
        uid = self._businesses()[0].uid
        query = f"business_uid={uid}&staff_uid={self._businesses()[0].staff_uid}&page=1&per_page=100"
        self._visit("knock", f"{self._account.api_uri}{EXPORT}?{query}").result()

    def _webhook(self) -> None:
        """Post what inTandem would post, about a session that nobody knows."""
        url = self._account.webhook_url()
        if url is not None:
            self._visit("webhook", url, "POST", UNKNOWN_SESSION).result()

    # ---- beside the acts ----

    @property
    def _current(self) -> _App:
        if self._app is None:
            raise _OverError
        return self._app

    def _businesses(self) -> tuple[Business, ...]:
        return self._account.businesses(self._folder / "work", self._spec.source.path)

    def _prepare(self, label: str) -> Launch:
        source = self._spec.source
        output = self._folder / f"output-{label}"
        output.mkdir()
        if label == "first":
            for business in self._businesses():
                write_source(business.source, self._books[business.uid], source)
        businesses = self._businesses()
        job = Job(
            base_url=self._account.base_url,
            token=businesses[0].token,
            source=businesses[0].source,
            workdir=self._folder / "work",
            format=source.format,
            root=source.root,
            fields=dict(source.fields),
            pull=Pull(self._account.port, self._account.app_code_name, self._desk.token, businesses),
        )
        return Launch(job, self._spec.env, output / "stdout", output / "stderr")

    def _visit(self, what: Page, url: str, method: str = "GET", body: object = None) -> "Future[Visit]":
        left = max(0.1, self._deadline - monotonic())
        one = self._visitors.submit(visit, what, url, self._account.total, left, method, body)
        self._current.visits.append(one)
        return one

    def _news(self, operation: str) -> None:
        self._last_news = monotonic()
        if self._moment is not None:
            self._moment.see(operation)

    def _is_quiet(self) -> bool:
        """Whether nothing has been called for so long that nothing will be."""
        answers = [one.result() for one in self._current.visits if one.done()]
        refused = any(one.status is None or one.status >= 400 for one in answers)
        told = refused or self._account.starts() >= self._sessions
        return monotonic() - self._last_news > (QUIET_S if told else BUSY_S)

    def _refuse_to_go_on(self) -> None:
        if monotonic() > self._deadline:
            self._watch.out_of_time(self._current.label)
            raise _OverError
        if self._room.is_over():
            self._watch.out_of_room(self._current.label)
            raise _OverError

    def _refuse_to_wait_in_vain(self) -> None:
        """Nothing goes on any more, so what is waited for will not come."""
        if self._is_quiet() and self._account.over() and all(visit.done() for visit in self._current.visits):
            raise _OverError

    def _part(self, start_error: str | None = None) -> None:
        """See the app's last page, stop it, and note how it ended."""
        app, self._app = self._app, None
        if app is None:
            return
        if self._service.report and not app.run.wait(0) and start_error is None:
            url = f"{self._account.app_url}{self._service.report}"
            app.visits.append(self._visitors.submit(visit, "report", url, self._account.total, 5.0))
            app.visits[-1].exception()
        ended_by = stop(app.run, self._service, self._account.port)
        wait_for_death(app.run)
        exit_code = app.run.exit_code
        mark = self._watch.ended_by(app.label, exit_code)
        total = self._account.total
        self._ended.append(
            Ended(
                label=app.label,
                launch=app.launch,
                exit_code=exit_code,
                ended_by=mark if mark != "itself" else ended_by,
                duration_s=monotonic() - app.began,
                start_error=start_error,
                first_exchange=app.before + 1 if total > app.before else None,
                last_exchange=total if total > app.before else None,
                visits=tuple(visit.result() for visit in app.visits),
            )
        )
