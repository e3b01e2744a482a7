"""The stage: one process on each host that runs the fakes and launches importers, so that Locust need not.

Locust patches its process with gevent; starting, watching and measuring other programs is better done in one that is
not. Locust's users ask the stage over loopback HTTP and read facts as they happen.
"""
