"""`report.html`: the matrix, every result with its evidence, every exchange as a drawing, in one file."""

from customhouse_conformance.report.html.kills import Kills, find_kills
from customhouse_conformance.report.html.view import HtmlReport

__all__ = ["HtmlReport", "Kills", "find_kills"]
