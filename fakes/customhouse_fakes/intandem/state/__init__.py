"""The account: what a sandbox of the fake inTandem holds. Knows no Flask and does no I/O."""
