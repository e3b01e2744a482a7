"""What an importer is told of its account beside the usual: only scenarios of a provider where accounts differ have it.

    told = {identifier = "Customer ID", population = "Customers", types = {Late = "STRING"}, webhooks = true}

`identifier` is email (unless something else is said), phone or the name of a property. `population` is the name of
one; of a name that the workspace does not have, it becomes an id that nobody has. `types` are those of properties that
are not among the usual ones. With `webhooks` the importer's address is known to the provider.
"""

from dataclasses import dataclass, field

from customhouse_conformance.tables import Table
from customhouse_fixtures import PROPERTY_TYPES


@dataclass(frozen=True, slots=True)
class Told:
    """The table, read. `types` are those of all properties that a source may name."""

    identifier: str = "email"
    population: str | None = None
    types: dict[str, str] = field(default_factory=lambda: dict(PROPERTY_TYPES))
    webhooks: bool = False


def read_told(table: Table) -> Told:
    """Read and check; raises the table's error."""
    told = Told(
        identifier=table.text("identifier", "email"),
        population=table.optional_text("population"),
        types={**PROPERTY_TYPES, **{name: str(kind) for name, kind in table.mapping("types").items()}},
        webhooks=table.raw("webhooks") is True,
    )
    table.finish()
    return told
