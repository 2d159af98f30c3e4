"""``tenantlint check --watch``: check, and check again whenever a file of the project changes.

What is watched are the folders that hold files of the project, each by itself, so that ``node_modules`` and what git
ignores cost nothing. A file whose content is the one that was checked last has not changed, as after ``--fix``.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from tenantlint import asked
from tenantlint.arguments import ConfigError, UsageError
from tenantlint.config import OWN_FILE, SHARED_FILE, defaults
from tenantlint.config_tree import ConfigTree
from tenantlint.discover import SKIPPED_DIRECTORIES, belongs
from tenantlint.lsp.live import Kept, LiveProject
from tenantlint.project import read_regular_file
from tenantlint.record import Record, replace
from tenantlint.report.text import summarize
from tenantlint.rules import need_uses
from tenantlint.running import configs, report, show_path
from tenantlint.source import BOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from watchfiles.main import FileChange

    from tenantlint.arguments import Arguments
    from tenantlint.project import Project
    from tenantlint.running import Told

_CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"
_STEP_MS: Final = 50
"""So long nothing may change before a round begins: editors and git write files in several steps."""

_DEBOUNCE_MS: Final = 1000
"""So long a round waits at most where files go on changing."""

_TURN_MS: Final = 100
"""So long watchfiles waits before it gives a sign of life."""


class Opening(Record):
    """The project as it is now, with ``others``, the paths of files that a check depends on besides.

    ``tree`` is None where the settings are wrong, or a path that was named is missing: ``error`` says so.
    """

    project: Project
    opened: asked.Opened
    tree: ConfigTree | None
    others: frozenset[str]
    error: str | None = None


class Round(Record):
    """What one check looked at, and the content of its files afterwards."""

    now: Opening
    contents: dict[str, bytes]


def watch(arguments: Arguments) -> NoReturn:
    """Check until interrupted. Raises UsageError where watchfiles is not installed, else tells errors and goes on."""
    try:
        import watchfiles
    except ImportError as error:
        message = "tenantlint check --watch needs watchfiles: pip install 'tenantlint[watch]'"
        raise UsageError(message) from error
    Watcher(arguments, watchfiles.watch).run()


class Watcher:
    """Checks a project again and again. ``notify`` is watchfiles' ``watch``."""

    def __init__(self, arguments: Arguments, notify: Callable[..., Iterator[set[FileChange]]]) -> None:
        self._arguments = arguments
        self._notify = notify
        self._cwd = os.getcwd()
        self._kept: Kept | None = None
        self._folders: frozenset[str] = frozenset()
        self._changes: Iterator[set[FileChange]] = iter(())

    def run(self) -> NoReturn:
        """Check, wait for a change, and so on, until KeyboardInterrupt."""
        done: Round | None = None
        changed: set[str] = set()
        while True:
            now = self._again(done, changed) or self._open_and_watch()
            if done is None or _differs(done, now, changed):
                self._clear()
                done = self._check(now)
            changed = self._wait(done)

    def _again(self, done: Round | None, changed: set[str]) -> Opening | None:
        """Return the project where nothing has happened but that files of it were written; else None."""
        if done is None or done.now.tree is None or not self._folders:
            return None
        files, root = done.now.project.files, done.now.project.root
        for place in changed:
            path = _relative(place, root)
            if path not in files or path.endswith((OWN_FILE, SHARED_FILE)) or not os.path.isfile(place):
                return None
        return self._opening(done.now.opened, done.now.tree, changed)

    def _open_and_watch(self) -> Opening:
        """Return the project while its folders are being watched: what is listed after that cannot be missed."""
        while True:
            now = self._open()
            needed = {os.path.dirname(path) for path in now.others}
            needed |= {os.path.dirname(os.path.join(now.project.root, path)) for path in now.project.files}
            if self._folders and needed <= self._folders:
                return now
            self._start(needed.union(_folders(now.project.root)))

    def _open(self) -> Opening:
        """Return the project and its settings; where these are wrong, the error and the project without them."""
        try:
            opening = asked.Opening(self._arguments.operands, self._cwd)
            tree = configs(opening.root, self._arguments)
            opened = opening.finish(tree, self._arguments.flag("--force-exclude"))
        except (ConfigError, UsageError) as error:
            opening = asked.Opening((), self._cwd)
            opened = opening.finish(ConfigTree(opening.root, lambda _: defaults(), single=True))
            return Opening(opened.project, opened, None, self._others(None), str(error))
        if self._kept is None:
            self._kept = Kept(opened.project.root)
        self._kept.disk.changed()  # what was written while nothing was watched is read again
        return self._opening(opened, tree, ())

    def _opening(self, opened: asked.Opened, tree: ConfigTree, changed: Iterable[str]) -> Opening:
        """Return the project with what is known of files from the checks before, but for those that changed."""
        assert self._kept is not None
        for place in changed:
            self._kept.disk.forget(_relative(place, opened.project.root))
        uses = any(need_uses(settings.rules) for settings in tree.loaded())
        project = LiveProject(self._kept, opened.project.files, {}, uses)
        return Opening(project, replace(opened, project=project), tree, self._others(tree))

    def _others(self, tree: ConfigTree | None) -> frozenset[str]:
        """Return the files that a check depends on and that need not be the project's."""
        named = [self._arguments.one(option) for option in ("--config", "--baseline")]
        baselines = [] if tree is None else [settings.baseline for settings in tree.loaded()]
        return frozenset(os.path.abspath(path) for path in (*named, *baselines) if path)

    def _start(self, folders: set[str]) -> None:
        """Watch these folders instead of those before."""
        self._changes = self._notify(
            *(folder for folder in sorted(folders) if os.path.isdir(folder)),
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            rust_timeout=_TURN_MS,
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        )
        try:
            next(self._changes)  # the first turn, in which nothing need change: from now on the system takes note
        except FileNotFoundError:
            return  # a folder went away just now: all are listed anew
        except OSError as error:
            raise UsageError(f"the folders cannot be watched: {error}") from error
        self._folders = frozenset(folders)

    def _clear(self) -> None:
        if sys.stdout.isatty() and not self._arguments.flag("--output-file"):
            sys.stdout.write(_CLEAR)

    def _check(self, now: Opening) -> Round:
        """Check, tell what was found, and return what was looked at."""
        written: dict[str, bytes] = {}
        line: str | None = _error(now.error)
        if now.tree is not None:
            try:
                told, written = self._tell(now.opened, now.tree)
                line = "Nothing was checked." if told is None else self._summary(told)
            except (ConfigError, UsageError) as error:
                line = _error(error)
            except Exception:
                from traceback import print_exc

                print_exc()
                line = _error("this is a bug in tenantlint")
        sys.stdout.flush()
        if line is not None:
            print(f"[{_time()}] {line} Watching for changes.", file=sys.stderr, flush=True)
        contents = {source.path: BOM * source.bom + source.data for source in now.project.sources()}
        return Round(now, contents | written)

    def _summary(self, told: Told) -> str | None:
        return None if self._arguments.flag("--quiet") else summarize(told.report)

    def _tell(self, opened: asked.Opened, tree: ConfigTree) -> tuple[Told | None, dict[str, bytes]]:
        """Check or fix, tell the findings, and return what was told and the files that were written."""
        shown = show_path(opened.project.root, self._cwd)
        if self._arguments.flag("--fix"):
            from tenantlint.commands.fixing import fix_found, write_and_tell

            fixed = fix_found(opened, tree, self._arguments)
            told = write_and_tell(fixed, opened, tree, self._arguments, shown)
            return told, {} if told is None else dict(fixed.contents)
        from tenantlint import pipeline

        outcome = pipeline.check(opened.project, opened.asked, tree, opened.problems)
        return report(opened.project, outcome, self._arguments, shown), {}

    def _wait(self, done: Round) -> set[str]:
        """Wait for changes that may matter and return the paths, absolute."""
        while True:
            paths = {path for _, path in next(self._changes) if os.path.basename(path) not in SKIPPED_DIRECTORIES}
            if any(path in self._folders or os.path.isdir(path) for path in paths):
                self._folders = frozenset()  # a folder came or went: what there is to watch is found anew
                return paths
            mattering = {path for path in paths if path in done.now.others or _matters(path)}
            if mattering:
                return mattering


def _differs(done: Round, now: Opening, changed: Iterable[str]) -> bool:
    """Return whether a check can give anything else than the last one did."""
    if now.error != done.now.error or now.project.files != done.now.project.files | {*done.contents}:
        return True
    for place in changed:
        path = _relative(place, now.project.root)
        if place in now.others or (path in now.project and _content(place) != done.contents.get(path)):
            return True
    return False


def _relative(place: str, root: str) -> str:
    """Return a path under the root, as a project knows it."""
    return os.path.relpath(place, root).replace(os.sep, "/")


def _matters(path: str) -> bool:
    return os.path.basename(path) == ".gitignore" or belongs(path.replace(os.sep, "/"))


def _content(place: str) -> bytes | None:
    """Return the content of a file, None where there is none; a file that cannot be read differs from all others."""
    try:
        return read_regular_file(place)
    except FileNotFoundError:
        return None
    except OSError:
        return b"\0"


def _folders(root: str) -> Iterator[str]:
    """Yield a folder (absolute) and all below it that can hold files of a project."""
    pending = [root]
    while pending:
        folder = pending.pop()
        yield folder
        try:
            with os.scandir(folder) as entries:
                pending += [
                    entry.path
                    for entry in entries
                    if entry.name not in SKIPPED_DIRECTORIES and entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            continue  # it went away, or may not be read: then nothing of it is checked either


def _error(what: object) -> str:
    text = f"tenantlint: error: {what}"
    return text if text.endswith((".", "?")) else f"{text}."


def _time() -> str:
    from time import strftime

    return strftime("%H:%M:%S")
