"""What every provider's importer shares: sources, checkpoint, pacing, calls, reports. Knows no vendor."""
