"""Benchmarks of the fakes and load scenarios for importers."""
