"""What an importer can claim, per provider, and without what there is nothing to claim.

A capability falls away when the source's columns leave it no room, or when the placeholder without which it cannot be
tried is in neither command nor env. A manifest that lists `capabilities` itself has the last word on the latter.
"""

from collections.abc import Collection, Iterable, Mapping

from customhouse_fixtures import ATTRIBUTES, PROPERTIES

#: Provider → capability → the column of the source that it needs.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "intercom": {"leads": "role", "attributes": ATTRIBUTES},
    "rally": {"properties": PROPERTIES, "secondary": "additional_emails"},
}

#: Provider → capability → placeholders of which one must reach the importer; none, if it needs none.
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "intandem": {
        "upstream": ("source_url", "each_source_url"),
        "tenants": ("tokens",),
        "webhooks": (),
        "override": (),
    },
    "rally": {
        "types": ("property_types",),
        "identifiers": ("identifier",),
        "populations": ("population",),
        "webhooks": ("webhook_port",),
    },
}


def known(provider: str) -> tuple[str, ...]:
    """Everything that an importer into this provider can claim."""
    return (*COLUMNS.get(provider, {}), *WORDS.get(provider, {}))


def without_column(provider: str, columns: Collection[str]) -> set[str]:
    """Capabilities for which these columns leave no room."""
    return {name for name, column in COLUMNS.get(provider, {}).items() if column not in columns}


def without_word(provider: str, texts: Iterable[str]) -> set[str]:
    """Capabilities whose placeholders are in none of the texts."""
    said = "\n".join(texts)
    needed = WORDS.get(provider, {})
    return {name for name, words in needed.items() if words and not any(f"{{{word}}}" in said for word in words)}
