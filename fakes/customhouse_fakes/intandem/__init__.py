"""The fake inTandem: its REST side, and the puller that asks apps for their clients page by page."""
