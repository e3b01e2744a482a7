"""`customhouse requirements`: the register, in every form."""

import json

from .command import customhouse


def test_the_register_in_three_forms() -> None:
    rows = json.loads(customhouse("requirements", "--format", "json").output)
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    for form in ("table", "md"):
        shown = customhouse("requirements", "--format", form)
        assert shown.exit_code == 0
        assert all(id in shown.output for id in ids)
        assert all(row["text"] in shown.output for row in rows)  # nothing is cut, nor wrapped
