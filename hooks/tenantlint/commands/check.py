"""``tenantlint check``. Where it has run before and nothing has changed since, it only prints the same again."""

from __future__ import annotations

import gc
import os
import sys

from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.running import refuse_contradictions, use_color

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Final

    from tenantlint.arguments import Arguments
    from tenantlint.asked import Opened
    from tenantlint.cache import Cache
    from tenantlint.config_tree import ConfigTree
    from tenantlint.executors import Plan
    from tenantlint.pipeline import Outcome
    from tenantlint.progress import Progress
    from tenantlint.source import Source
    from tenantlint.store import Kind

_REPEATABLE: Final = frozenset(
    "--preset --select --extend-select --ignore --only --output-format --statistics --color --explain-unknown --quiet "
    "--exit-zero --fail-on --baseline --no-baseline --force-exclude --config --no-config".split()
)
"""The options that decide what is printed and do nothing else; with any other one the check always runs."""

_ASIDE: Final = frozenset({"--cache-dir", "--executor", "--jobs"})
"""The options that change nothing of what is printed."""


def check(arguments: Arguments) -> int:
    """Return 0 where nothing is found, 1 for findings, 2 where a bug of tenantlint hides some."""
    refuse_contradictions(arguments)
    if arguments.flag("--watch"):
        from tenantlint.commands.watch import watch

        return watch(arguments)
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd, _stdin(arguments))
    cache = _cache(arguments, opening)
    command = None if cache is None else _command(arguments, opening.root, cwd)
    if cache is not None and command is not None:
        printed = cache.printed(command, opening.listing)
        if printed is not None:
            sys.stdout.write(printed[0])
            cache.save()
            return printed[1]
    return _Run(arguments, opening, cwd, cache, command).run()


def _stdin(arguments: Arguments) -> Mapping[str, bytes]:
    name = arguments.one("--stdin-filename")
    if name is None:
        return {}
    if arguments.operands:
        raise UsageError("--stdin-filename goes without paths")
    return {name: sys.stdin.buffer.read()}


def _cache(arguments: Arguments, opening: Opening) -> Cache | None:
    if arguments.flag("--no-cache") or not opening.lists:
        return None
    from tenantlint.cache import open_cache

    return open_cache(opening.root, arguments.one("--cache-dir"))


def _command(arguments: Arguments, root: str, cwd: str) -> str | None:
    """Return what tells this command line from others that print something else; None where it has to run."""
    given = {name: values for name, values in arguments.given.items() if name not in _ASIDE}
    if not _REPEATABLE.issuperset(given):
        return None
    return repr((root, cwd, arguments.operands, sorted(given.items()), use_color(arguments.one("--color") or "auto")))


class _Run:
    """One check that is really made."""

    def __init__(
        self, arguments: Arguments, opening: Opening, cwd: str, cache: Cache | None, command: str | None
    ) -> None:
        self.arguments = arguments
        self.opening = opening
        self.cwd = cwd
        self.cache = cache
        self.command = command
        self.progress = self._progress()
        self.plan: Plan | None = None

    def _progress(self) -> Progress | None:
        if self.arguments.flag("--quiet") or not sys.stderr.isatty():
            return None
        from tenantlint.progress import on_terminal

        return on_terminal()

    def run(self) -> int:
        """Check, print, and keep what can be used again."""
        try:
            return self._run()
        finally:
            if self.plan is not None:
                self.plan.close()
            if self.progress is not None:
                self.progress.end()

    def _run(self) -> int:
        from tenantlint import pipeline
        from tenantlint.running import configs, report, show_path

        arguments = self.arguments
        tree = configs(self.opening.root, arguments, contents=None if self.cache is None else self.cache.inputs.read)
        opened = self.opening.finish(tree, arguments.flag("--force-exclude"))
        self._prepare(opened, tree)
        opened.project.store.progress = self.progress
        shown = show_path(self.opening.root, self.cwd)
        if arguments.flag("--fix") or arguments.flag("--diff"):
            from tenantlint.commands.fixing import check_and_fix

            status = check_and_fix(opened, tree, arguments, shown)
            self._save(opened)
            return status
        gc.disable()  # almost all that a check makes lives to its end: looking for garbage takes a tenth of it
        try:
            outcome = pipeline.check(opened.project, opened.asked, tree, opened.problems)
        finally:
            gc.freeze()  # nor at once: what is there now is not looked at again
            gc.enable()
        if arguments.flag("--write-baseline"):
            from tenantlint.recording import record

            outcome = record(outcome, opened, tree, arguments.flag("--quiet"))
        told = report(opened.project, outcome, arguments, shown)
        self._keep(outcome, opened, told.rendered, told.status)
        return told.status

    def _prepare(self, opened: Opened, tree: ConfigTree) -> None:
        """Give the project a store, and take note of what else is going to be read."""
        expected = self._expected()
        if self.cache is None:
            from tenantlint.disk_store import DiskStore

            opened.project.store = DiskStore(None, expected)
            return
        opened.project.store = self.cache.store(expected)
        opened.project.inputs = self.cache.inputs
        for baseline in {settings.baseline for settings in tree.loaded()} - {None, ""}:
            self._note(str(baseline))

    def _expected(self) -> Callable[[Kind, list[Source]], Iterable[bytes | None]]:
        """Return what reads many files at once."""
        spec = self.arguments.one("--executor")
        if spec is None:
            from tenantlint.pool import Processes, jobs

            return Processes(jobs(self.arguments.one("--jobs")))
        from tenantlint.executors import plan

        self.plan = plan(spec)
        return self.plan

    def _note(self, path: str) -> None:
        assert self.cache is not None
        try:
            self.cache.inputs.read(path)
        except OSError:
            return  # whoever needs it tells that it cannot be read

    def _keep(self, outcome: Outcome, opened: Opened, text: str, status: int) -> None:
        """Keep what was printed; what went to standard error too, or is on standard input, is not repeated."""
        if self.cache is None or opened.project.overlay:
            return
        if self.command is not None and not outcome.crashes and not outcome.stale:
            listed = self.opening.skips, self.opening.listing(self.opening.skips)
            self.cache.keep_run(self.command, listed, text, status)
        self._save(opened)

    def _save(self, opened: Opened) -> None:
        """Write the cache, after everything that is printed is out."""
        sys.stdout.flush()
        if self.cache is not None:
            self.cache.save(opened.project.files)
