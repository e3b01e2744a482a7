"""`results.json`, schema 1 (a fixed name of the design): the truth that other reports repeat."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from customhouse_conformance.events import SuiteFinished, SuiteStarted
from customhouse_conformance.report.collecting import CollectingView, write_whole

SCHEMA = 1


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `results.json`."""
    text = resources.files(__package__).joinpath("results.schema.json").read_text("utf-8")
    return dict(json.loads(text))


class JsonReport(CollectingView):
    """Writes `results.json`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Write the document."""
        text = json.dumps(self.document(started, finished), indent=2)
        write_whole(self._path, (text + "\n").encode())

    def document(self, started: SuiteStarted, finished: SuiteFinished) -> dict[str, Any]:
        """The whole document."""
        return {
            "schema": SCHEMA,
            "run": {
                "suite": started.ran_by or started.suite,
                "judged_by": started.suite if started.ran_by else None,
                "importer": started.importer,
                "importers": list(started.importers),
                "providers": list(started.providers),
                "only": started.only,
                "seed": started.seed,
                "jobs": started.jobs,
                "manifest": started.manifest,
                "duration_s": finished.duration_s,
                "scenarios": [
                    {
                        "importer": s.importer,
                        "provider": s.provider,
                        "scenario": s.scenario,
                        "duration_s": s.duration_s,
                        "problem": s.problem,
                    }
                    for s in self.scenarios
                ],
            },
            "results": [result.to_json() for result in self.results],
            "counts": dict(finished.counts),
            "overlays": dict(finished.overlays),
            "exit_code": finished.exit_code,
            "suite_changes": [change.to_json() for change in finished.changes],
        }
