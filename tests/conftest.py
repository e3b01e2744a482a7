"""Settings for all tests: none depends on how busy the machine is, or on how the tests were started."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile("customhouse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("customhouse")

# A shell without job control has what it starts in the background ignore Ctrl-C, and the programs under test with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
