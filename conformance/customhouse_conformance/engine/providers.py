"""The fakes that this version has, by name, made on demand: a provider's package is imported when it is wanted."""

import importlib
from collections.abc import Iterable, Iterator
from typing import cast

from customhouse_conformance.errors import UsageError
from customhouse_fakes.core.provider import Provider

#: Where each provider is made.
PROVIDERS: dict[str, str] = {
    "intandem": "customhouse_fakes.intandem.provider:IntandemProvider",
    "intercom": "customhouse_fakes.intercom.provider:IntercomProvider",
    "rally": "customhouse_fakes.rally.provider:RallyProvider",
}


def available(names: Iterable[str] = tuple(PROVIDERS)) -> Iterator[Provider]:
    """New providers of those names; `UsageError` for one that this version does not have."""
    for name in names:
        if name not in PROVIDERS:
            raise UsageError(f"there is no fake for '{name}' in this version", f"there are: {', '.join(PROVIDERS)}")
        module, _, made_by = PROVIDERS[name].partition(":")
        yield cast(Provider, getattr(importlib.import_module(module), made_by)())
