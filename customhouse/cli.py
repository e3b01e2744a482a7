"""The command `customhouse`.

Subcommands are a table of names, places and one-line helps: `customhouse --help` imports none of them.
"""

import importlib
from typing import NamedTuple

import click

from customhouse.garbage import without_collections


class Place(NamedTuple):
    """Where a subcommand lives, and what it is for."""

    target: str
    help: str


COMMANDS: dict[str, Place] = {
    "serve": Place("customhouse.commands.serve:serve", "Run the fakes in the foreground."),
    "check": Place("customhouse.commands.check:check", "Run the suite on an importer: does it honour the contract?"),
    "judge": Place("customhouse.commands.judge:judge", "Judge the records of an earlier run again."),
    "diff": Place("customhouse.commands.diff:diff", "What changed between two runs?"),
    "smoke": Place("customhouse.commands.smoke:smoke", "Is the importer plugged in all right?"),
    "doctor": Place(
        "customhouse.commands.doctor:doctor", "What stands in the way on this machine, or in the manifest?"
    ),
    "steady": Place("customhouse.commands.steady:steady", "Does a check come to the same again and again?"),
    "requirements": Place("customhouse.commands.requirements:requirements", "List the register of requirements."),
    "mutants": Place("customhouse.commands.mutants:mutants", "Run every mutant and compare the kill matrix."),
    "data": Place("customhouse_fixtures.command:data", "Write a dataset."),
    "load": Place("customhouse.commands.load:load", "How fast is the importer, and where does it bend?"),
    "bench": Place("customhouse_loadtests.command:bench", "Measure the fakes: speed, memory, start-up, reset."),
}


#: As shells say it; none of the codes of a judgement, because there is none.
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called."""

    def invoke(self, ctx: click.Context) -> object:
        """Run it; click's own code for an interrupt, 1, would be a verdict."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("customhouse: interrupted", err=True)
            ctx.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import it."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].target.partition(":")
        with without_collections():
            command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name].target} is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List them without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="customhouse", message="customhouse %(version)s")
def main() -> None:
    """Fakes, conformance and load for importers into inTandem, Intercom and Rally."""
