"""Preview's bulk jobs (contract section 7): tasks of up to 100 contacts that end some time after they were sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.intercom.errors import refuse

Kind = Literal["create", "update", "delete"]
TaskState = Literal["pending", "running", "completed", "completed_with_errors"]
RunItem = Callable[[Kind, Mapping[str, Any], int], object]
MAX_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Task:
    """Some contacts to create, update or delete. The items are dropped once they have been run."""

    id: str
    kind: Kind
    item_count: int
    created_at: float
    items: tuple[Mapping[str, Any], ...] = ()
    started_at: float | None = None
    completed_at: float | None = None
    state: TaskState = "pending"


@dataclass(frozen=True, slots=True)
class Job:
    """Tasks that are run one after another; closed when the last has ended."""

    id: str
    created_at: float
    updated_at: float
    tasks: tuple[Task, ...]

    @property
    def state(self) -> TaskState:
        states = {task.state for task in self.tasks}
        if states & {"pending", "running"}:
            return "running"
        return "completed_with_errors" if "completed_with_errors" in states else "completed"

    @property
    def completed_at(self) -> float | None:
        return None if self.state == "running" else max(task.completed_at or 0.0 for task in self.tasks)


class Jobs:
    """The bulk jobs of a workspace. `settle` runs what is due; `run_item` is what it calls for each contact."""

    def __init__(self, task_s: float) -> None:
        self._task_s = task_s
        self._jobs: dict[str, Job] = {}
        self._open: dict[str, None] = {}
        self._tasks = 0

    def submit(self, kind: Kind, body: Mapping[str, Any], now: float) -> Job:
        """Start a job, or append a task to the one that `job.id` names."""
        items = _items(body, need_id=kind != "create")
        self._tasks += 1
        task = Task(f"task_v2_{self._tasks}", kind, len(items), now, items)
        wanted = body.get("job")
        if isinstance(wanted, Mapping) and wanted.get("id") is not None:
            return self._append(str(wanted["id"]), task, now)
        return self._put(Job(f"job_v2_{len(self._jobs) + 1}", now, now, (task,)))

    def get(self, id: str) -> Job:
        job = self._jobs.get(id)
        if job is None:
            raise refuse("job_not_found", id=id)
        return job

    def settle(self, now: float, run_item: RunItem) -> None:
        """Run every task whose time has come. A refused item makes its task end "with errors" and stops nothing."""
        for id in tuple(self._open):
            self._put(self._advanced(self._jobs[id], now, run_item))

    def copy(self) -> Jobs:
        twin = Jobs(self._task_s)
        twin._jobs = self._jobs.copy()
        twin._open = self._open.copy()
        twin._tasks = self._tasks
        return twin

    def _append(self, id: str, task: Task, now: float) -> Job:
        job = self.get(id)
        if job.state != "running":
            raise refuse("job_closed", id=id)
        return self._put(replace(job, tasks=(*job.tasks, task), updated_at=now))

    def _put(self, job: Job) -> Job:
        self._jobs[job.id] = job
        if job.state == "running":
            self._open[job.id] = None
        else:
            self._open.pop(job.id, None)
        return job

    def _advanced(self, job: Job, now: float, run_item: RunItem) -> Job:
        tasks = list(job.tasks)
        free_at = job.created_at
        for number, task in enumerate(tasks):
            if task.completed_at is None:
                tasks[number] = self._moved_on(task, max(free_at, task.created_at), now, run_item)
            ended_at = tasks[number].completed_at
            if ended_at is None:
                break
            free_at = ended_at
        return replace(job, tasks=tuple(tasks), updated_at=now) if tuple(tasks) != job.tasks else job

    def _moved_on(self, task: Task, begin: float, now: float, run_item: RunItem) -> Task:
        if now < begin + self._task_s:
            return replace(task, state="running", started_at=begin)
        return _run(replace(task, started_at=begin), begin + self._task_s, run_item)


def _run(task: Task, at: float, run_item: RunItem) -> Task:
    failed = sum(not _succeeds(task.kind, item, int(at), run_item) for item in task.items)
    state: TaskState = "completed_with_errors" if failed else "completed"
    return replace(task, state=state, completed_at=at, items=())


def _succeeds(kind: Kind, item: Mapping[str, Any], at: int, run_item: RunItem) -> bool:
    try:
        run_item(kind, item, at)
    except VendorError:
        return False
    return True


def _items(body: Mapping[str, Any], *, need_id: bool) -> tuple[Mapping[str, Any], ...]:
    items = body.get("contacts")
    if items is None:
        raise refuse("bulk_no_contacts")
    if not isinstance(items, list):
        raise refuse("bulk_not_array")
    if len(items) > MAX_ITEMS:
        raise refuse("bulk_too_many", count=len(items))
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise refuse("bulk_not_object", index=index)
        if need_id and not isinstance(item.get("id"), str):
            raise refuse("bulk_no_id", index=index)
    return tuple(items)
