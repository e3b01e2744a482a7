"""One requirement table per API: data, read by `customhouse_conformance.register_tables`."""
