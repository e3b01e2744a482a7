"""Runs scenarios, freezes records, and only then judges. `suite.run_suite` is the way in."""
