"""`customhouse bench`: what the fakes can carry. It measures; what is wanted stands in `targets.toml`."""
