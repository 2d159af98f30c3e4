"""From a project to findings: link the whole project, run the rules, keep what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint import rules
from tenantlint.diagnostic import INPUT_PROBLEMS, Crash, Diagnostic, crash
from tenantlint.link import link, with_uses
from tenantlint.record import Record
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from tenantlint.config_tree import ConfigTree
    from tenantlint.progress import Progress
    from tenantlint.project import Project
    from tenantlint.schema import Schema, Unresolved
    from tenantlint.settings import Settings
    from tenantlint.source import Source

_UNUSED: Final = "UNU001"


class Outcome(Record):
    """What a check found in the files asked for.

    ``diagnostics`` are sorted by path, place and code. ``failed`` tells whether one of them is as severe as
    ``fail-on`` says. ``unresolved`` is what could not be read statically. A crash makes the rest incomplete.
    ``schema`` is what was checked. ``hidden`` counts the findings that a baseline hides, and ``stale`` those that it
    records though they are gone.
    """

    diagnostics: tuple[Diagnostic, ...]
    failed: bool
    unresolved: tuple[Unresolved, ...]
    crashes: tuple[Crash, ...]
    schema: Schema
    hidden: int = 0
    stale: int = 0


def check(project: Project, asked: Container[str], configs: ConfigTree, problems: Iterable[Diagnostic]) -> Outcome:
    """Check the whole project and return what there is to say of the paths in ``asked``.

    ``problems`` are those of discovery. Each file is checked with the settings that govern it. Raises ConfigError
    where such settings are wrong.
    """
    linked = link(project)
    if any(rules.need_uses(settings.rules) for settings in configs.loaded()):
        linked = with_uses(linked)
    crashes = list(linked.crashes)
    found = [problem for problem in (*problems, *linked.problems) if problem.at.path in asked]
    for settings in _settings_in_use(project, asked, configs):
        for each in _run_rules(linked.schema, settings, crashes, project.store.progress):
            path = each.at.path
            if path not in asked or configs.of(path) is not settings:
                continue
            if not settings.ignores(configs.relative(path, settings), each.code):
                found.append(each)
    found = sorted(dict.fromkeys(found), key=_order)
    kept = _after_comments(found, project, configs, () if crashes else _with_comments(project, asked, configs, found))
    kept, hidden, stale = _after_baseline(kept, project, asked, configs, bool(crashes))
    return Outcome(
        kept,
        any(each.severity == "error" or configs.of(each.at.path).fail_on == "warning" for each in kept),
        tuple(sorted((item for item in linked.schema.unresolved if item.at.path in asked), key=_unresolved_order)),
        tuple(crashes),
        linked.schema,
        hidden,
        stale,
    )


def _settings_in_use(project: Project, asked: Container[str], configs: ConfigTree) -> list[Settings]:
    """Return the different settings that govern the files which were read and asked for."""
    paths = sorted(source.path for source in project.sources() if source.path in asked)
    return list({id(settings): settings for settings in map(configs.of, paths)}.values())


def _run_rules(schema: Schema, settings: Settings, crashes: list[Crash], progress: Progress | None) -> list[Diagnostic]:
    view = SchemaView(schema, settings)
    if progress is not None:
        progress.begin("Running %s rules", len(settings.rules))
    found: list[Diagnostic] = []
    for code in sorted(settings.rules) if view.tables or schema.histories else ():
        if progress is not None:
            progress.step()
        try:
            found += rules.run(code, view) if rules.applies(code, schema) else ()
        except Exception as error:
            crashes.append(crash(f"checking {code} {rules.RULES[code].name}", error))
    return found


def _with_comments(
    project: Project, asked: Container[str], configs: ConfigTree, found: list[Diagnostic]
) -> list[Source]:
    """Return the files asked for that may have comments to judge; one that could not be read whole has none."""
    unread = {each.at.path for each in found if each.code in INPUT_PROBLEMS}
    return [
        source
        for source in project.sources()
        if source.path in asked and source.path not in unread and _may_have_comments(source, configs.of(source.path))
    ]


def _may_have_comments(source: Source, settings: Settings) -> bool:
    """Return whether UNU001 runs and the words for a comment are there; of others' ``noqa`` a file is often full."""
    if _UNUSED not in settings.rules:
        return False
    data = source.data
    return b"tenantlint:" in data or (b"noqa" in data and any(code.encode() in data for code in settings.rules))


def _after_comments(
    found: list[Diagnostic], project: Project, configs: ConfigTree, judged: Sequence[Source]
) -> tuple[Diagnostic, ...]:
    """Return the findings that no comment silences, and those on the comments in the files ``judged``."""
    if not found and not judged:
        return ()
    from tenantlint import suppress

    result = suppress.apply(found, project.source)
    if not judged:
        return result.kept
    from tenantlint.unused import unused, used_codes

    used = used_codes(result.silenced)
    more: list[Diagnostic] = []
    for source in judged:
        settings = configs.of(source.path)
        relative = configs.relative(source.path, settings)
        ran = frozenset(code for code in settings.rules if not settings.ignores(relative, code))
        if _UNUSED in ran:
            more += unused(source, used, ran, not settings.narrowed)
    return tuple(sorted((*result.kept, *more), key=_order))


def _after_baseline(
    found: tuple[Diagnostic, ...], project: Project, asked: Container[str], configs: ConfigTree, failed: bool
) -> tuple[tuple[Diagnostic, ...], int, int]:
    """Return the findings that no baseline hides, the number hidden, and the number recorded that are gone."""
    if not any(settings.baseline and not settings.recording for settings in configs.loaded()):
        return found, 0, 0
    from tenantlint.baseline import Scope, hide

    result = hide(found, Scope(project, asked, configs, failed))
    return result.kept, result.hidden, result.stale


def _order(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    return (diagnostic.at.path, diagnostic.at.start, diagnostic.code, diagnostic.message)


def _unresolved_order(item: Unresolved) -> tuple[str, int, str]:
    return (item.at.path, item.at.start, item.what)
