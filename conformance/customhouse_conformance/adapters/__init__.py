"""How an importer is started, watched and ended. Nothing here knows providers, scenarios or judges.

`command` runs a program in any language, `callable` a Python function. Both hand out a `Run`.
"""

from customhouse_conformance.adapters.base import Adapter, Job, Launch, Run
from customhouse_conformance.adapters.callable import CallableAdapter
from customhouse_conformance.adapters.command import CommandAdapter

__all__ = ["Adapter", "CallableAdapter", "CommandAdapter", "Job", "Launch", "Run"]
