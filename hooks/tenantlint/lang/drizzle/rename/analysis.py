"""What renames of one round share: they are made of the same files and the same schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.rename.facts import Facts
from tenantlint.lang.drizzle.rename.infer import Infer
from tenantlint.lang.drizzle.rename.reach import Reach
from tenantlint.lang.drizzle.rename.scopes import Program
from tenantlint.project import Project
from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Schema


class Analysis(Record):
    """What is known of a project with a schema: the types of its expressions, and who imports what."""

    schema: Schema
    infer: Infer
    reach: Reach


def analysis(context: Lowering) -> tuple[Infer, Reach]:
    """Return what the renames of a project with a schema go by, made once for the same two.

    A project that outlives a check, as an editor's does, changes under the same name: nothing is kept for it.
    """
    project = context.project
    kept = project.analysis
    if isinstance(kept, Analysis) and kept.schema is context.schema:
        return kept.infer, kept.reach
    infer = Infer(Program(project), Facts(context.schema))
    made = Analysis(context.schema, infer, Reach(project, infer.program.resolver))
    if type(project) is Project:
        project.analysis = made
    return made.infer, made.reach
