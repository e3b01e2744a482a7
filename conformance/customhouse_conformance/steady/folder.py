"""The folder of many rounds: `steady.json`, and the records of the rounds in `round-N/records/`."""

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from customhouse_conformance.errors import UsageError
from customhouse_conformance.report.collecting import write_whole
from customhouse_conformance.steady.tally import Tally

NAME = "steady.json"


def begin(out: Path, tally: Tally) -> None:
    """Clear the folder of earlier rounds; `UsageError` if what is in their place is not known to be ours."""
    rounds = list(out.glob("round-*"))
    if (out / NAME).exists():
        if not _ours(out / NAME):
            raise _not_ours(out / NAME)
    elif rounds:
        raise _not_ours(rounds[0])
    for old in rounds:
        prune(old)
    write(out, tally)  # from now on what is in the folder is known to be ours, whatever ends us


def write(out: Path, tally: Tally) -> None:
    """Write `steady.json`; it is always whole."""
    write_whole(out / NAME, (json.dumps(tally.document(), indent=2) + "\n").encode())


def round_folder(out: Path, number: int) -> Path:
    """Where the records of a round are, as if it were a check of its own."""
    return out / f"round-{number}"


def prune(folder: Path, keep: Collection[tuple[str, str]] = ()) -> None:
    """Throw away the records of a round but for those of (provider, scenario), and folders that are empty then."""
    for path in folder.glob("records/*/*.jsonl"):
        if (path.parent.name, path.stem) not in keep:
            path.unlink()
    for emptied in (*folder.glob("records/*"), folder / "records", folder):
        with suppress(OSError):
            emptied.rmdir()


def _ours(path: Path) -> bool:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.keys() == Tally("", 0).document().keys()


def _not_ours(path: Path) -> UsageError:
    return UsageError(f"{path} is there, and not known to be of an earlier `customhouse steady`", "give another --out")
