"""`customhouse doctor`: what stands in the way, before anything is run."""
