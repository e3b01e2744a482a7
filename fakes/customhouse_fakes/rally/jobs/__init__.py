"""How an import comes to its end: a table of moves, the pace of the work, and what reads them."""
