"""Which versions of SQLModel and Pydantic a project runs: what a field becomes has changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.project import Project

Version = tuple[int, ...]

AWARE_DATETIMES: Final[Version] = (0, 0, 45)
"""The first version that stores ``datetime`` with a time zone."""

REFUSED_OPTIONS: Final[Version] = (0, 0, 11)
"""The first version that raises where ``nullable`` and its like stand beside ``sa_column``."""

ON_DELETE: Final[Version] = (0, 0, 21)
"""The first version whose ``Field`` takes ``ondelete``."""

MAPPED_ANNOTATIONS: Final[Version] = (0, 0, 12)
"""The first version that runs with SQLAlchemy 2, which reads the annotations of relationships."""

PYDANTIC_TWO: Final[Version] = (2,)
"""The first version for which ``None`` as the default does not make a field optional."""

_LOCKS: Final = {
    **dict.fromkeys(("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"), rb'name = "%s"\s*\nversion = "([\d.]+)'),
    "Pipfile.lock": rb'"%s":\s*\{[^}]*"version":\s*"==([\d.]+)',
}
_REQUIREMENTS: Final = ("requirements.txt", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "requirements.in")
_OTHERS: Final = (
    r"(?:^|/)(?:requirements|constraints)[^/]*(?:/[^/]+)?\.(?:txt|in)$|(?:^|/)environment[^/]*\.ya?ml$"
    r"|(?:^|/)(?:[^/]+\.)?Dockerfile[^/]*$"
)
"""Files that may name versions where those above do not."""
_SIDE_FOLDERS: Final = ("requirements", "constraints", "docker", ".docker")
"""Folders whose files hold for the folder that they stand in."""
_PIP_INSTALL: Final = rb"""(?i)(?<![\w.-])%s(?:\[[^]\s]*\])?(?P<rule>[=<>~!]=?[^"'\s;#\\]*)"""
_REQUIREMENT: Final = (
    rb"""(?i)(?<![\w.-])["']?%s(?![\w.-])(?:\[[^]]*\])?["']?\s*"""
    rb"""(?:=(?!=)\s*(?:\{\s*version\s*=\s*)?)?["']?\(?(?P<rule>[^"'#;\n]*)"""
)
_RULE: Final = re.compile(r"(~=|==|<=|<|\^|~|)\s*(\d[\d.]*)")


class Versions:
    """Finds the version of a package for a file: by the lock file or the requirement nearest above it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._found: dict[tuple[bytes, str], Version | None] = {}
        self._others: dict[str, list[str]] | None = None

    def has_aware_datetimes(self, path: str) -> bool:
        """Return whether the SQLModel that the file at ``path`` runs with stores ``datetime`` with a time zone."""
        return self._of(b"sqlmodel", path) >= AWARE_DATETIMES

    def refuses_column_options(self, path: str) -> bool:
        """Return whether the SQLModel that the file at ``path`` runs with raises for options beside ``sa_column``."""
        return self._of(b"sqlmodel", path) >= REFUSED_OPTIONS

    def has_ondelete(self, path: str) -> bool:
        """Return whether ``Field`` takes ``ondelete`` in the SQLModel that the file at ``path`` runs with."""
        return self._of(b"sqlmodel", path) >= ON_DELETE

    def reads_annotations(self, path: str) -> bool:
        """Return whether the file at ``path`` runs with a SQLAlchemy that reads the annotations of relationships."""
        return self._of(b"sqlmodel", path) >= MAPPED_ANNOTATIONS

    def has_implicit_optional(self, path: str) -> bool:
        """Return whether the Pydantic that the file at ``path`` runs with allows None where that is the default."""
        return self._of(b"pydantic", path) < PYDANTIC_TWO

    def _of(self, package: bytes, path: str) -> Version:
        """Return the version of a package; where nothing tells it, one that is newer than any."""
        for find in (self._in, self._in_others):
            for folder in _upward(path):
                version = find(folder, package)
                if version is not None:
                    return version
        return (_ANY,)

    def _in(self, folder: str, package: bytes) -> Version | None:
        key = package, folder
        if key not in self._found:
            self._found[key] = self._locked(folder, package) or self._required(folder, package)
        return self._found[key]

    def _locked(self, folder: str, package: bytes) -> Version | None:
        for name, pattern in _LOCKS.items():
            found = re.search(pattern % package, self._read(folder, name))
            if found is not None:
                return _version(found[1].decode())
        return None

    def _required(self, folder: str, package: bytes) -> Version | None:
        pattern = _REQUIREMENT % package
        for name in _REQUIREMENTS:
            found = re.finditer(pattern, self._read(folder, name))
            rules = [requirement["rule"].decode("utf-8", "replace") for requirement in found]
            if rules:
                return min(map(newest, rules))
        return None

    def _in_others(self, folder: str, package: bytes) -> Version | None:
        if self._others is None:
            self._others = _by_folder(path for path in self.project.files if _is_other(path))
        found = [self._named(path, package) for path in self._others.get(folder, ())]
        return min((version for version in found if version is not None), default=None)

    def _named(self, path: str, package: bytes) -> Version | None:
        pattern = _PIP_INSTALL if "Dockerfile" in path else _REQUIREMENT
        found = re.finditer(pattern % package, self._read("", path))
        return min((newest(match["rule"].decode("utf-8", "replace")) for match in found), default=None)

    def _read(self, folder: str, name: str) -> bytes:
        try:
            return self.project.read(f"{folder}/{name}" if folder else name)
        except OSError:
            return b""


def _upward(path: str) -> Iterator[str]:
    """Give the folders above a path, the nearest first."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _is_other(path: str) -> bool:
    likely = path.endswith((".txt", ".in", ".yml", ".yaml")) or "Dockerfile" in path
    return likely and re.search(_OTHERS, path) is not None


def _by_folder(paths: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        above, _, folder = path.rpartition("/")[0].rpartition("/")
        place = above if folder in _SIDE_FOLDERS else path.rpartition("/")[0]
        found.setdefault(place, []).append(path)
    return found


def newest(rule: str) -> Version:
    """Return a version no newer than the newest that a requirement allows: ``==0.0.38``, ``>=0.0.14,<0.1``, ``^0.0.8``.

    A bound from above counts as that version; without one, anything newer is allowed.
    """
    bounds = [
        _upper(match[1], _version(match[2])) for match in _RULE.finditer(re.sub(r"(>=|>|!=)\s*[\d.*]+", "", rule))
    ]
    return min((bound for bound in bounds if bound is not None), default=(_ANY,))


def _upper(operator: str, version: Version) -> Version | None:
    if operator == "~=":
        return _below((*version[:-2], version[-2] + 1)) if len(version) > 1 else None
    if operator == "^":
        first = next((index for index, part in enumerate(version) if part), len(version) - 1)
        return _below((*version[:first], version[first] + 1))
    if operator == "~":
        return _below((version[0], version[1] + 1)) if len(version) > 1 else None
    return _below(version) if operator == "<" else version


def _below(version: Version) -> Version:
    return (*version[:-1], version[-1] - 1, _ANY)


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split(".") if part)


_ANY: Final = 9999
