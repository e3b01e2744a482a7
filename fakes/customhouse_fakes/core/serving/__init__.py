"""Serving: uvicorn on one event loop in one background thread, several fakes as several servers in it."""

from customhouse_fakes.core.listening import Address

from .harness import Harness

__all__ = ["Address", "Harness"]
