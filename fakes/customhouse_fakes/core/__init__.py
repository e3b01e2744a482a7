"""What every fake shares: sandboxes, clock, journal, faults, limits, control plane, serving."""
