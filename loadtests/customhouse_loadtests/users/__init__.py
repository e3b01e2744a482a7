"""Plain Locust files, one for each kind of user: `locust -f push.py`. Only Locust's own processes may import them.

Locust patches the process that imports it. `customhouse load` starts `python -m locust` with one of these files.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
