"""Stateful fakes of the import APIs of inTandem, Intercom and Rally."""
