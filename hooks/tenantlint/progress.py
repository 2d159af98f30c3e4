"""How far a long check is, on a terminal, for as long as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

_AFTER: Final = 0.5
"""Seconds that a check may take without a word."""

_EVERY: Final = 0.1
_ERASE: Final = "\r\x1b[2K"


class Progress:
    """Writes one line to a terminal, over and over, from half a second on; ``clock`` gives seconds."""

    def __init__(self, terminal: TextIO, clock: Callable[[], float]) -> None:
        self._terminal = terminal
        self._clock = clock
        self._next = clock() + _AFTER
        self._stage = ""
        self._done = self._total = 0
        self._shown = False

    def begin(self, stage: str, total: int) -> None:
        """Start to count ``total`` steps of something; ``stage`` says what, as in ``Reading %s files``."""
        self._stage, self._done, self._total = stage, 0, total
        self._show_if_due()

    def step(self) -> None:
        """Count a step that is done, and show the line where it is due."""
        self._done += 1
        self._show_if_due()

    def _show_if_due(self) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + _EVERY
            self._shown = True
            counted = f"{min(self._done, self._total):,} of {self._total:,}"
            self._write(f"{_ERASE}{self._stage % counted} ...")

    def end(self) -> None:
        """Erase the line, for now or for good."""
        if self._shown:
            self._shown = False
            self._write(_ERASE)

    def _write(self, text: str) -> None:
        try:
            self._terminal.write(text)
            self._terminal.flush()
        except OSError:  # the terminal has gone: that is no reason to fail
            self._next = float("inf")


def on_terminal() -> Progress | None:
    """Return what shows how far a check is on standard error, None where that is no terminal which can erase a line."""
    import os
    import sys
    from time import monotonic

    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    return Progress(sys.stderr, monotonic)
