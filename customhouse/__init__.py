"""Customhouse: fakes, conformance and load for importers. This package is the front door."""
