"""One check again and again: a verdict that changes while nothing else does is a bug, of the suite or the importer."""
