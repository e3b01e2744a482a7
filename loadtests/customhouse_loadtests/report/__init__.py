"""What a run leaves behind: `report.html`, `results.json`, CSV files, all folded from `run.json` and `facts.ndjson`."""

from customhouse_loadtests.report.run import OURS, Meta, Run
from customhouse_loadtests.report.writing import write_all

__all__ = ["OURS", "Meta", "Run", "write_all"]
