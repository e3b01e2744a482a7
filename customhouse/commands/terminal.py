"""Standard output for tables."""

from rich.console import Console


class Terminal(Console):
    """Rich's console; a reader that leaves early is an error like any other."""

    def on_broken_pipe(self) -> None:
        """Rich would end with 1, which here means that an importer does not conform."""
        raise BrokenPipeError
