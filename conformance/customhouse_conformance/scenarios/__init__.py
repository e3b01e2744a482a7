"""What is run: dataset, sandbox settings, seeded state, fault plan, run plan. One TOML table per provider.

[[scenario]]
id = "rate-429"
text = "The window is small, so that a plain loop is refused."
dataset = {name = "people", count = 30}    # see `dataset`
profile = {…}                              # switches of the fake
limits = {app = 5, window_s = 1}           # of the fake
seed = {contacts = [{row = 0, only = ["email"], name = "Already here"}]}   # see `documents`
faults = {faults = [{…}]}                  # the fake's fault document; {trap} is another origin's URL
plan = "once"                              # see `plans`
ceilings = {requests = 500, seconds = 20}  # per part of the plan
needs = ["…"]                              # capabilities without which it is not run
costly = true                              # takes seconds: the kill matrix runs it only for mutants that are
                                           # declared to be caught in it

env = {TZ = "Asia/Tokyo"}                  # of the importer; the manifest has the last word

Scenarios of a provider that pulls have more: see `pull`. Those of one whose importers are told more of their account
have `told` (see there).
"""

from customhouse_conformance.scenarios.load import PULLING, Ceilings, Scenario, load_scenarios, read_scenarios

__all__ = ["PULLING", "Ceilings", "Scenario", "load_scenarios", "read_scenarios"]
