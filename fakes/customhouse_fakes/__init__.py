"""Stateful fakes of the import APIs of inTandem, Intercom and Rally."""

#: By the names that commands, manifests and addresses have for them.
PROVIDERS = ("intandem", "intercom", "rally")
