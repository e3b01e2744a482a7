"""Judges: pure functions from a record to a finding. Every module here is imported and registers its own."""
