"""How an importer is started, watched and ended. Nothing here knows providers, scenarios or judges.

`command` runs a program in any language, `callable` a Python function. Both hand out a `Run`. For apps that are
asked for pages, a `Service` says how they are reached.
"""

from customhouse_conformance.adapters.app import Service
from customhouse_conformance.adapters.base import Adapter, Business, Job, Launch, Pull, Run, Told
from customhouse_conformance.adapters.callable import CallableAdapter
from customhouse_conformance.adapters.command import CommandAdapter

__all__ = [
    "Adapter",
    "Business",
    "CallableAdapter",
    "CommandAdapter",
    "Job",
    "Launch",
    "Pull",
    "Run",
    "Service",
    "Told",
]
