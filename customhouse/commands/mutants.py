"""`customhouse mutants`."""

from pathlib import Path

import click

from customhouse.commands.common import console, jobs_option, provider_option, speaking
from customhouse.commands.progress import moving
from customhouse_conformance.engine.providers import available
from customhouse_conformance.errors import SelectionError
from customhouse_conformance.kill_matrix import run_matrix
from customhouse_conformance.register_tables import load_registers
from customhouse_conformance.report.matrix import MutantProgress, print_matrix


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write kill-matrix.json and records/.")
@jobs_option
@provider_option
@click.option("--mutant", metavar="NAME", help="Only this mutant.")
@click.option("--declared", is_flag=True, help="Only what the rows that name a mutant say of it: quicker, proves less.")
@speaking
def mutants(out: Path | None, jobs: int, provider: str | None, mutant: str | None, declared: bool) -> int:
    """Run every mutant through all scenarios and compare the kill matrix with the declared one.

    Exit code: 0 equal, 1 not equal.
    """
    registers = load_registers(provider)
    screen = console()
    with moving(screen) as views:
        matrix = run_matrix(
            registers,
            lambda: available(register.provider for register in registers),
            jobs,
            [*views, MutantProgress(screen)],
            only=mutant,
            records=out / "records" if out else None,
            declared_only=declared,
        )
    if not matrix.mutants:
        raise SelectionError("no mutant was run", f"no mutant is called '{mutant}'" if mutant else "write one")
    if out:
        matrix.write(out / "kill-matrix.json")
    print_matrix(matrix, screen)
    return 0 if matrix.equal else 1
