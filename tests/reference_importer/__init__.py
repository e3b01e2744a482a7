"""Tests of the reference importer."""
