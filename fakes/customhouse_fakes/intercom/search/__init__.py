"""`POST /contacts/search` (contract section 3): parse, compile, plan, page."""
