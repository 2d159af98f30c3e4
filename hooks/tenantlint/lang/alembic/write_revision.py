"""A new revision file: its id, its name and its text in the style of the revisions that are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.scan import is_candidate
from tenantlint.lang.alembic.write_code import Code
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.lang.alembic.write_steps import Step
    from tenantlint.migration import History, Revision
    from tenantlint.project import Project
    from tenantlint.schema import Schema

_SLUG: Final = 40
_NAMES: Final = ("revision", "down_revision", "branch_labels", "depends_on")


def head_of(history: History, project: Project, schema: Schema) -> Revision:
    """Return the last revision of a history. Raises RefusedError where there is not exactly one, for certain."""
    followed = {parent for revision in history.revisions for parent in revision.parents}
    heads = [revision for revision in history.revisions if revision.id not in followed]
    if len(heads) != 1:
        raise RefusedError(f"the migration history of `{history.path}` has several heads: which one to follow is open")
    folders = {revision.path.rpartition("/")[0] for revision in history.revisions}
    known = {revision.path for revision in history.revisions}
    unclear = [
        each.at.path for each in schema.unresolved if each.what.endswith("revision") or "revision of" in each.what
    ]
    unread = [path for path in project.files if path.rpartition("/")[0] in folders and path not in known]
    if not folders.isdisjoint(path.rpartition("/")[0] for path in unclear) or any(
        path.endswith(".py") and _may_be_revision(project, path) for path in unread
    ):
        raise RefusedError(f"the revisions of `{history.path}` cannot all be read, and so not which one is the last")
    return heads[0]


def _may_be_revision(project: Project, path: str) -> bool:
    try:
        return is_candidate(project.read(path))
    except OSError:
        return not project.is_absent(path)


def code_of(head: Revision, project: Project) -> Code:
    """Return how the last revision writes its texts."""
    data = project.source(head.path).data
    return Code('"' if re.search(rb'^revision\b[^=]*=\s*"', data, re.MULTILINE) else "'")


def new_revision(
    history: History, head: Revision, project: Project, title: str, steps: Sequence[Step]
) -> tuple[str, str]:
    """Return the path and the text of a new revision that follows ``head``. The same steps give the same bytes."""
    source = project.source(head.path)
    text = source.data.decode("utf-8", "replace")
    own = _next_id(history, head, title, steps)
    folder, _, name = head.path.rpartition("/")
    path = f"{folder}/{_file_name(head, name, own, title)}" if folder else _file_name(head, name, own, title)
    if path in project:
        raise RefusedError(f"there is a file `{path}` already")
    style = (_template(head, project) or text).replace("\r\n", "\n")
    written = _text(style, text, own, head, title, steps)
    return path, written.replace("\n", "\r\n") if "\r\n" in text else written


def _next_id(history: History, head: Revision, title: str, steps: Sequence[Step]) -> str:
    """Return the id of the next revision: the next number where all are numbered, else twelve hexadecimal digits."""
    ids = [revision.id for revision in history.revisions]
    if all(each.isdecimal() and len(each) == len(head.id) < 8 for each in ids) and int(head.id) == max(map(int, ids)):
        return str(int(head.id) + 1).zfill(len(head.id))
    from hashlib import sha256

    parts = (head.id, title, *(part for step in steps for part in (step.up, step.down)))
    return sha256("\0".join(parts).encode()).hexdigest()[:12]


def _file_name(head: Revision, name: str, own: str, title: str) -> str:
    """Return the name of the file: as that of the last one, where that begins with its id; else Alembic's default."""
    slug = re.sub(r"\W+", "_", title.lower(), flags=re.ASCII).strip("_")
    if len(slug) > _SLUG:
        slug = slug[:_SLUG].rpartition("_")[0] or slug[:_SLUG]
    separator = re.match(r"[-_.]+", name.removeprefix(head.id)) if name.startswith(head.id) else None
    if name == f"{head.id}.py":
        return f"{own}.py"
    return f"{own}{separator[0] if separator else '_'}{slug}.py"


def _template(head: Revision, project: Project) -> str | None:
    """Return the text of ``script.py.mako``, from which Alembic makes revisions, None where it is not there."""
    folder = head.path.rpartition("/")[0]
    while folder:
        path = f"{folder}/script.py.mako"
        try:
            return project.read(path).decode()
        except (OSError, UnicodeDecodeError):
            folder = folder.rpartition("/")[0]
    return None


def _text(style: str, last: str, own: str, head: Revision, title: str, steps: Sequence[Step]) -> str:
    code = Code('"' if re.search(r'^revision\b[^=]*=\s*"', last, re.MULTILINE) else "'")
    values = (code.text(own), code.text(head.id), "None", "None")
    ids = "\n".join(f"{name}{_annotation(style, name)} = {value}" for name, value in zip(_NAMES, values, strict=True))
    result = _result(style)
    indent = _indent(last)
    bodies = [step.up for step in steps], [step.down for step in reversed(steps)]
    up, down = ("\n".join(indent + line for step in body for line in step.split("\n")) for body in bodies)
    sentence = title[:1].upper() + title[1:]
    return (
        f'"""{sentence}\n\nRevision ID: {own}\nRevises: {head.id}\n\n"""\n\n{_imports(style, up + down)}\n\n'
        f"# revision identifiers, used by Alembic.\n{ids}\n\n\n"
        f"def upgrade(){result}:\n{up}\n\n\ndef downgrade(){result}:\n{down}\n"
    )


def _imports(style: str, body: str) -> str:
    """Return the imports: those of ``typing`` as the others have them, Alembic's, and SQLAlchemy's where it is used."""
    typing = re.findall(r"^from (?:typing|collections\.abc) import [\w, ]+$", style, re.MULTILINE)
    needed = ["from alembic import op"]
    if "sa." in body:
        before = style.find("import sqlalchemy as sa") < style.find("from alembic import op")
        needed.insert(0 if before and "import sqlalchemy as sa" in style else 1, "import sqlalchemy as sa")
    future = re.findall(r"^from __future__ import annotations$", style, re.MULTILINE)
    groups = [future[:1], typing, needed]
    return "\n\n".join("\n".join(group) for group in groups if group)


def _annotation(style: str, name: str) -> str:
    found = re.search(rf"^{name}(\s*:[^=\n]+?)\s*=", style, re.MULTILINE)
    return "" if found is None else found[1]


def _result(style: str) -> str:
    return " -> None" if re.search(r"^def upgrade\(\)\s*->\s*None\s*:", style, re.MULTILINE) else ""


def _indent(text: str) -> str:
    found = re.search(r"^def \w+\([^\n]*:[ \t]*\r?\n([ \t]+)\S", text, re.MULTILINE)
    return "    " if found is None else found[1]
