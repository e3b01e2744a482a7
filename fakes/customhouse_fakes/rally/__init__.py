"""The fake Rally: the public API v1 of Rally UXR, as far as people get into it."""
