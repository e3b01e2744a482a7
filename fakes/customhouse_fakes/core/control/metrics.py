"""Prometheus text, computed when it is scraped from what the sandboxes know."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from customhouse_fakes.core.registry import Registry


class _SandboxCollector(Collector):
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        labels = ["provider", "sandbox"]
        alive = GaugeMetricFamily("customhouse_sandboxes", "Sandboxes that exist", labels=["provider"])
        answers = CounterMetricFamily("customhouse_exchanges", "Exchanges by status", labels=[*labels, "status"])
        evicted = CounterMetricFamily("customhouse_journal_evicted", "Journal rows evicted", labels=labels)
        faults = CounterMetricFamily("customhouse_faults_served", "Faults served", labels=[*labels, "fault"])
        own = GaugeMetricFamily("customhouse_diagnostics", "Faults of the fake itself that are listed", labels=labels)
        strays = CounterMetricFamily("customhouse_strays", "Requests that no sandbox owns", self._registry.strays_total)
        sandboxes = list(self._registry.sandboxes.values())
        for provider in self._registry.providers:
            alive.add_metric([provider], sum(sandbox.provider.name == provider for sandbox in sandboxes))
        for sandbox in sandboxes:
            whose = [sandbox.provider.name, sandbox.id]
            for status, count in sandbox.journal.by_status.items():
                answers.add_metric([*whose, str(status or "none")], count)
            evicted.add_metric(whose, sandbox.journal.evicted)
            own.add_metric(whose, len(sandbox.diagnostics))
            for fault, count in sandbox.faults.served.items():
                faults.add_metric([*whose, fault], count)
        yield from (alive, answers, evicted, faults, own, strays)


def exposition(registry: Registry) -> tuple[bytes, str]:
    """The text and its content type."""
    collectors = CollectorRegistry()
    collectors.register(_SandboxCollector(registry))
    return generate_latest(collectors), CONTENT_TYPE_PLAIN_0_0_4
