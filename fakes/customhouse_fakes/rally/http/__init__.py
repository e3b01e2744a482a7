"""HTTP in front of the workspace: routes, bodies, the one envelope. Decides nothing."""
