"""Reports: views of the event stream. Each builds its document from the same results, so that counts agree."""

from customhouse_conformance.report.json_report import JsonReport
from customhouse_conformance.report.junit import JUnitReport
from customhouse_conformance.report.terminal import TerminalReport

__all__ = ["JUnitReport", "JsonReport", "TerminalReport"]
