"""Sandboxes spread over processes by credential. State is never shared: a connection goes to where its sandbox is."""
