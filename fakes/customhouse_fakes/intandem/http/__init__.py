"""HTTP in front of the account: routes, tokens, the two families of envelopes. Decides nothing."""
