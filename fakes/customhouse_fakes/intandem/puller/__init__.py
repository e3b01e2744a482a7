"""The puller: asks an app for its clients page by page, to the short page and to -1. The only part that does I/O."""
