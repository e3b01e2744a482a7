"""A production-grade importer, usable on its own; the suite's reference."""
