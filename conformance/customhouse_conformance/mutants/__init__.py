"""Broken importers, each 5 to 30 lines on top of the reference importer, registered with `@mutant`.

`customhouse_conformance.kill_matrix` runs them. Which requirements catch a mutant stands in the register only.
"""
