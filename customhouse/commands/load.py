"""`customhouse load IMPORTER`."""

import importlib.util
from pathlib import Path
from typing import Any

import click

from customhouse.commands.common import console, manifest_option, provider_option, speaking
from customhouse_conformance.manifest.file import load_manifest
from customhouse_loadtests.errors import LoadUsageError
from customhouse_loadtests.front.conduct import Plan, conduct
from customhouse_loadtests.front.processes import MASTER_PORT, Role
from customhouse_loadtests.providers import fault_profiles, providers
from customhouse_loadtests.settings import API, Settings
from customhouse_loadtests.shapes import shapes
from customhouse_loadtests.thresholds import Threshold

#: What the extra `load` brings.
EXTRA = ("locust", "matplotlib")
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("importer")
@provider_option
@click.option("--records", type=click.IntRange(1), default=1000, show_default=True, help="Rows of each import.")
@click.option(
    "--users", type=click.IntRange(1), default=1, show_default=True, help="Importers (or businesses) at once."
)
@click.option(
    "--shape", type=click.Choice(list(shapes())), default="tenants", show_default=True, help="How users come."
)
@click.option("--duration", type=click.FloatRange(1), metavar="SECONDS", help="Go on for so long; else the shape's.")
@click.option("--per-page", type=click.IntRange(1), default=100, show_default=True, help="What inTandem asks for.")
@click.option("--processing", type=click.FloatRange(0), metavar="SECONDS", help="How long Rally takes for an import.")
@click.option("--limit", default="vendor", show_default=True, help="Rate limit: vendor, none, or CALLS/SECONDS.")
@click.option("--faults", type=click.Choice(list(fault_profiles())), default="none", show_default=True)
@click.option("--fail-if", "fail_if", multiple=True, metavar="'rows_per_s<500'", help="Exit 1 if so. May be repeated.")
@click.option("--compare", type=FOLDER, metavar="DIR", help="Show an earlier run (its --out) beside this one.")
@click.option("--out", type=FOLDER, default="customhouse-load", show_default=True, help="Where the report goes.")
@click.option("--workers", type=click.IntRange(1, 64), help="Locust workers, here; with --master: those to wait for.")
@click.option("--master", is_flag=True, help="Only the master: workers come from elsewhere.")
@click.option("--worker", is_flag=True, help="Only a worker, for a master elsewhere.")
@click.option("--master-host", metavar="HOST", help="Where the master is; for a master, where it listens.")
@click.option("--master-port", type=click.IntRange(1, 65535), default=MASTER_PORT, show_default=True)
@click.option("--fakes", type=click.Path(path_type=Path, dir_okay=False), help="Ready file of fakes that run already.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, help="Spread the fakes over so many.  [default: 1]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Other people.")
@manifest_option
@speaking
def load(importer: str, **given: Any) -> int:
    """How fast is IMPORTER (a name in customhouse.toml, or `reference`), and where does it bend?

    `@api` in its place sends plain traffic straight at the fakes. Needs the extra: in the clone, pip install '.[load]'.

    Exit code: 0 all thresholds held, 1 one is broken or an import failed, 2 usage or manifest error, 3 nothing could be
    measured, 130 interrupted (with a report).
    """
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise LoadUsageError(f"{' and '.join(missing)} is not installed", "in your clone: pip install '.[load]'")
    plan = Plan(
        settings=_settings(importer, given),
        role=_role(given),
        out=given["out"],
        fakes=given["fakes"],
        thresholds=[Threshold.of(text) for text in given["fail_if"]],
        compare=given["compare"],
    )
    return conduct(plan, console())


def _settings(importer: str, given: dict[str, Any]) -> Settings:
    """Checked as far as it can be without starting anything."""
    provider = _provider(importer, given["provider"], given["manifest"])
    if provider not in providers():
        raise LoadUsageError(f"there are no load scenarios for {provider} yet", f"there are: {', '.join(providers())}")
    settings = Settings.of(
        given
        | {
            "importer": importer,
            "provider": provider,
            "scenario": "api" if importer == API else providers()[provider].scenario,
            "duration_s": _seconds(importer, given),
            "processing_s": given["processing"],
            "fake_processes": given["processes"],
            "manifest": str(given["manifest"].resolve()) if given["manifest"] else None,
        }
    )
    if settings.processing_s is not None and not providers()[provider].jobs:
        raise LoadUsageError(f"{provider} answers at once: it has no jobs to process", "leave --processing out")
    if not settings.limits and settings.limit != "vendor":
        raise LoadUsageError(f"'{settings.limit}' is no rate limit", "write vendor, none, or calls/seconds")
    return settings


def _seconds(importer: str, given: dict[str, Any]) -> float | None:
    """Plain traffic has no end of its own."""
    duration: float | None = given["duration"]
    if duration is None and importer == API and shapes()[given["shape"]].once:
        return 10.0
    return duration


def _provider(importer: str, wanted: str | None, manifest: Path | None) -> str:
    if importer == API:
        return wanted or "intercom"
    specs = load_manifest(manifest).find(importer, wanted)
    if len(specs) > 1:
        offered = ", ".join(spec.provider for spec in specs)
        raise LoadUsageError(f"'{importer}' is for several providers: {offered}", "choose one with --provider")
    return specs[0].provider


def _role(given: dict[str, Any]) -> Role:
    if given["master"] and given["worker"]:
        raise LoadUsageError("--master and --worker exclude each other", "start one of each, on different hosts")
    if given["worker"] and not given["master_host"]:
        raise LoadUsageError("a worker needs to know where its master is", "add --master-host HOST")
    if given["worker"] or given["master"]:
        return Role(
            workers=given["workers"] or 1,
            is_master=given["master"],
            is_worker=given["worker"],
            host=given["master_host"] or "0.0.0.0",  # noqa: S104 - workers come from elsewhere: that is what it is for
            port=given["master_port"],
        )
    return Role(workers=given["workers"] or 0)
