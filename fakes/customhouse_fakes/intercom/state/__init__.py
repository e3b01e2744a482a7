"""A workspace of the fake Intercom: records, indexes and rules. Knows neither Flask nor HTTP."""
