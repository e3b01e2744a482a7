"""A sandbox of which its importer is told more: where webhooks go, who is who by what, which population is meant."""

import json
from pathlib import Path

from customhouse_conformance.adapters import Told
from customhouse_conformance.adapters.app import LOOPBACK, free_port
from customhouse_conformance.engine.world import Account, World
from customhouse_conformance.facts import Row
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.scenarios import Scenario

TYPES_FILE = "property-types.json"


class ToldAccount(Account):
    """One sandbox, and the port on which its importer may take webhooks."""

    def __init__(self, world: World, scenario: Scenario, spec: ImporterSpec, seed: int) -> None:
        self._port = free_port()
        self._path = spec.webhook_path
        self._wanted = scenario.told
        app = {"webhook_url": f"http://{LOOPBACK}:{self._port}{self._path}"} if scenario.told.webhooks else {}
        super().__init__(world, world.sandbox(scenario, seed, app=app))

    def finish(self) -> None:
        """Let every import come to its end that does so by itself: who did not wait is judged by what became of it."""
        self.run(self.sandbox.state.settle)

    def told(self, folder: Path) -> Told:
        """What one start of the importer is told. Only where webhooks come do two starts share a port."""
        types = folder / TYPES_FILE
        types.write_text(json.dumps(self._wanted.types), "utf-8")
        return Told(
            property_types=types,
            identifier=self._wanted.identifier,
            population=self.population,
            webhook_port=self._port if self._wanted.webhooks else free_port(),
            webhook_path=self._path,
            webhook_secret=self.sandbox.credentials["webhook_secret"],
        )

    @property
    def population(self) -> str | None:
        """The id of the population that is meant; the name itself, as an id that nobody has, if there is none."""
        name = self._wanted.population
        ids = (str(one["populationId"]) for one in self._lines("population") if one["name"] == name)
        return next(ids, name)

    def _lines(self, kind: str) -> list[Row]:
        return [one for one in self.objects() if one.get("type") == kind]
