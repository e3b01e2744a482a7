"""Tests of the benchmark and of the load scenarios."""
