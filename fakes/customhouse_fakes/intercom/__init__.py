"""The fake Intercom."""
