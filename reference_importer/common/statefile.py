"""The checkpoint of a run, locked, and of the right account."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

from reference_importer.common.checkpoint import Checkpoint
from reference_importer.common.clock import Clock
from reference_importer.common.lock import StateLock

C = TypeVar("C", bound=Checkpoint)


@dataclass(frozen=True, slots=True)
class StateFile(Generic[C]):
    """How to open a checkpoint. `say` and `warn` take what the user must know."""

    checkpoint: Callable[[Path], C]
    lock: type[StateLock]
    clock: Clock
    say: Callable[[str], None]
    warn: Callable[[str], None]

    @contextlib.contextmanager
    def opened(self, path: Path, identity: str) -> Iterator[C]:
        """The checkpoint at `path`, held alone; the one beside it when `path` belongs to another address or token.

        `identity` is address and token; the file keeps only a salted fingerprint of it.
        """
        with self.lock(path, self.clock).held(self.say), contextlib.ExitStack() as opened:
            checkpoint = opened.enter_context(contextlib.closing(self.checkpoint(path)))
            target = _fingerprint(checkpoint, identity)
            if not checkpoint.belongs_to(target):
                own = path.with_name(f"{path.name}.{target}")
                self.warn(f"{path.name} was made with another token or address; {own.name} is used instead")
                checkpoint = opened.enter_context(contextlib.closing(self.checkpoint(own)))
            yield checkpoint

    @contextlib.contextmanager
    def passing(self) -> Iterator[C]:
        """A checkpoint that is forgotten at the end, for a dry run."""
        with (
            TemporaryDirectory() as folder,
            contextlib.closing(self.checkpoint(Path(folder) / "dry.sqlite")) as checkpoint,
        ):
            yield checkpoint


def _fingerprint(checkpoint: Checkpoint, identity: str) -> str:
    """Enough to tell targets apart, useless to anybody else."""
    salt = checkpoint.meta("salt") or secrets.token_hex(16)
    checkpoint.set_meta("salt", salt)
    return hashlib.blake2b(identity.encode(), key=salt.encode(), digest_size=8).hexdigest()
