"""The graph of revisions: the order in which they are applied, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.migration import HistoryProblem
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.alembic.revisions import Script


class Graph:
    """The revisions of one environment.

    ``whole`` is false where a file of the environment could not be read, or a revision computes its ids, so that
    nothing is missing for certain.
    """

    def __init__(self, scripts: Iterable[Script], whole: bool) -> None:
        self.whole = whole
        self.scripts: dict[str, Script] = {}
        self.duplicates: list[Script] = []
        self.circular: list[str] = []
        for script in scripts:
            if not script.named or script.parents is UNKNOWN:
                self.whole = False
            if self.scripts.setdefault(script.id, script) is not script:
                self.duplicates.append(script)
        self._children: dict[str, list[str]] = {name: [] for name in self.scripts}
        for name in self.scripts:
            for parent in self.parents(name):
                if parent in self._children:
                    self._children[parent].append(name)

    def parents(self, name: str) -> tuple[str, ...]:
        """Return the revisions that one follows, as far as they are told."""
        found = self.scripts[name].parents
        return () if found is UNKNOWN else found

    def order(self) -> list[Script]:
        """Return the revisions in the order of application; those of a cycle at the end."""
        labels = {label: name for name, script in self.scripts.items() for label in _known(script.labels)}
        waiting = {name: set(self._before(name, labels)) for name in self.scripts}
        ready = [name for name in reversed(self.scripts) if not waiting[name]]
        users: dict[str, list[str]] = {}
        for name, needed in waiting.items():
            for other in needed:
                users.setdefault(other, []).append(name)
        done: dict[str, Script] = {}
        while ready:
            name = ready.pop()
            done[name] = self.scripts[name]
            for user in reversed(users.get(name, [])):
                waiting[user].discard(name)
                if not waiting[user]:
                    ready.append(user)
        self.circular = [name for name in self.scripts if name not in done]
        return [*done.values(), *(self.scripts[name] for name in self.circular)]

    def _before(self, name: str, labels: dict[str, str]) -> Iterator[str]:
        depends_on = self.scripts[name].depends_on
        for other in (*self.parents(name), *(() if depends_on is UNKNOWN else depends_on)):
            found = other if other in self.scripts else labels.get(other.partition("@")[0])
            if found is not None:
                yield found

    def problems(self) -> Iterator[HistoryProblem]:
        """Give what is wrong, once the order is known."""
        for script in self.duplicates:
            text = f"has two revisions `{script.id}`, the other in `{self.scripts[script.id].path}`"
            yield HistoryProblem("duplicate", text, script.at)
        yield from self._cycles()
        if self.whole:
            yield from self._missing()
            yield from self._heads()

    def _missing(self) -> Iterator[HistoryProblem]:
        for name, script in self.scripts.items():
            for parent in self.parents(name):
                if parent not in self.scripts:
                    text = f"has no revision `{parent}`, which `{name}` follows"
                    yield HistoryProblem("missing parent", text, script.parents_at)

    def _cycles(self) -> Iterator[HistoryProblem]:
        left = {name: above for name in self.circular if name in (above := self._above(name))}
        while left:
            name, above = next(iter(left.items()))
            circle = [other for other in left if other in above and name in left[other]]
            left = {other: found for other, found in left.items() if other not in circle}
            others = " and ".join(f"`{other}`" for other in circle if other != name)
            text = f"goes round in a circle: `{name}` follows {others or 'itself'}"
            yield HistoryProblem("cycle", text, self.scripts[name].parents_at)

    def _above(self, name: str) -> set[str]:
        seen: set[str] = set()
        pending = list(self.parents(name))
        while pending:
            parent = pending.pop()
            if parent in self.scripts and parent not in seen:
                seen.add(parent)
                pending += self.parents(parent)
        return seen

    def _heads(self) -> Iterator[HistoryProblem]:
        """Give the heads that share a branch: those with labels of their own are separate on purpose."""
        branches: dict[frozenset[str], list[str]] = {}
        for name in self.scripts:
            if not self._children[name]:
                lineage = [self.scripts[other].labels for other in {name, *self._above(name)}]
                if UNKNOWN in lineage:
                    return
                labels = frozenset(label for found in lineage for label in _known(found))
                branches.setdefault(labels, []).append(name)
        for heads in branches.values():
            if len(heads) > 1:
                listed = ", ".join(f"`{head}`" for head in heads[:-1]) + f" and `{heads[-1]}`"
                text = f"has {len(heads)} heads, {listed}, so that `alembic upgrade head` fails"
                yield HistoryProblem("heads", text, self.scripts[heads[-1]].at)


def _known(labels: object) -> tuple[str, ...]:
    return labels if isinstance(labels, tuple) else ()
