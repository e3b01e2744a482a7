"""Witnesses: pure functions from a record to the evidence that the stimulus was served, or to nothing."""
