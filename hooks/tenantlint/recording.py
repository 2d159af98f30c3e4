"""``--write-baseline``: the findings of a check go into the baseline."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint import baseline
from tenantlint.arguments import UsageError
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.names import counted
from tenantlint.record import replace

if TYPE_CHECKING:
    from tenantlint.asked import Opened
    from tenantlint.config_tree import ConfigTree
    from tenantlint.pipeline import Outcome


def record(outcome: Outcome, opened: Opened, configs: ConfigTree, quiet: bool) -> Outcome:
    """Write the baseline, tell so, and return what is left to report: what no baseline can hold.

    After a crash nothing is written, since findings are missing. Raises UsageError where a file cannot be written.
    """
    if outcome.crashes:
        print("tenantlint: error: the baseline was not written, since findings may be missing", file=sys.stderr)
        return outcome
    scope = baseline.Scope(opened.project, opened.asked, configs)
    try:
        written = baseline.record(outcome.diagnostics, scope)
    except OSError as error:
        from tenantlint.files import told

        raise UsageError(f"the baseline was not written: {told(error)}") from error
    if not quiet:
        _tell(written, scope)
    left = tuple(each for each in outcome.diagnostics if each.code in INPUT_PROBLEMS)
    return replace(outcome, diagnostics=left, failed=bool(left), hidden=len(outcome.diagnostics) - len(left))


def _tell(written: list[baseline.Written], scope: baseline.Scope) -> None:
    configured = {settings.baseline for settings in scope.configs.loaded()}
    for each in written:
        name = os.path.relpath(each.path)
        findings = counted(each.findings, "finding")
        gone = f" {each.gone} recorded before went." if each.gone else ""
        print(f"{name} records {findings}.{gone}", file=sys.stderr)
        if each.path not in configured:
            option = "" if len(written) > 1 else f"--baseline {name}, or with "
            line = f'baseline = "{os.path.basename(each.path)}"'
            print(f"It counts with {option}{line} in the configuration beside it.", file=sys.stderr)
    if not written:
        print("There are no findings, so no baseline was written.", file=sys.stderr)
