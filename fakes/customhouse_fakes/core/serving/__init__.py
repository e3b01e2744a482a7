"""Serving: uvicorn on one event loop in one background thread, several fakes as several servers in it."""

from .harness import Address, Harness

__all__ = ["Address", "Harness"]
