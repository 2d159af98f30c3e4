"""What changes make of the predicates of policies, in SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import CheckWrites
from tenantlint.expression import parse
from tenantlint.lang.lowering import RefusedError
from tenantlint.predicates import loose_calls
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenantlint.change import WrapCalls
    from tenantlint.schema import Policy, Table

_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_CALL: Final = re.compile(r"(?<![\w.\"$])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\s*\(")
_ARRAY: Final = re.compile(r"\b(?:any|some|all)\s*\(\s*$", re.IGNORECASE)


def policy_of(table: Table, name: str) -> Policy | None:
    """Return the policy of a table that has this name, None where it has none."""
    return next((each for each in table.policies if each.name == name), None)


def altered(policy: Policy, change: CheckWrites | WrapCalls, predicate: str) -> Policy:
    """Return a policy as a change makes it; ``predicate`` compares the tenant column with the session's tenant.

    Raises RefusedError where that is not certain.
    """
    using, check = policy.using, policy.with_check
    if using is UNKNOWN or check is UNKNOWN:
        raise RefusedError(f"what the policy `{policy.name}` says is not all known: alter it by hand")
    if isinstance(change, CheckWrites):
        parts = check_parts(using, check, change, predicate)
        return replace(policy, with_check=conjunction(parts, "AND"))
    if using is None:
        raise RefusedError(f"the policy `{policy.name}` has no USING")
    return replace(policy, using=wrapped(using))


def predicate_of(change: CheckWrites | WrapCalls, identifier: Callable[[str], str]) -> str:
    """Return what compares the tenant column with the session's tenant, '' where the policy says it already.

    Raises RefusedError where the project's policies do not tell how.
    """
    if not isinstance(change, CheckWrites) or change.own:
        return ""
    if change.value is None:
        raise RefusedError(
            "how the project's policies ask for the session's tenant is not plain: add the comparison of "
            f"`{change.tenant}` to the policy `{change.policy}` by hand, in WITH CHECK"
        )
    return f"{identifier(change.tenant)} = {change.value}"


def check_parts(using: str | None, check: str | None, change: CheckWrites, predicate: str) -> list[str]:
    """Return what rows that are written must fulfil: what they had to until now, and that the tenant is theirs."""
    tenant = using if change.own and using is not None else predicate
    held = using if check is None else check
    return [tenant] if held is None or change.open or held is tenant else [held, tenant]


def conjunction(parts: Sequence[str], word: str) -> str:
    """Return predicates that are to hold together. Raises RefusedError where one has a comment, which may end late."""
    if len(parts) > 1 and any("--" in _QUOTED.sub("", part) for part in parts):
        raise RefusedError("the policy has a comment in its text: add the comparison by hand")
    return parts[0] if len(parts) == 1 else f" {word} ".join(map(_in_parentheses, parts))


def _in_parentheses(text: str) -> str:
    """Return a predicate in parentheses, as it is where it has some around all of it."""
    hidden = _hidden(text)
    return text if hidden.startswith("(") and _closing(hidden, 1) == len(hidden) else f"({text})"


def _hidden(text: str) -> str:
    """Return SQL with what is in quotes blanked."""
    return _QUOTED.sub(lambda found: "'" + " " * (len(found[0]) - 2) + "'", text)


# Calls once a row


def wrapped(text: str) -> str:
    """Return a predicate with its calls once a row in ``(select …)``. Raises RefusedError where that is not certain."""
    for start, end in reversed(spans(text, text)):
        text = f"{text[:start]}(select {text[start:end]}){text[end:]}"
    return text


def spans(text: str, shown: str) -> list[tuple[int, int]]:
    """Return where the calls once a row of a predicate stand, in order.

    ``shown`` is as long as ``text``, and has names in the place of what is not SQL. Raises RefusedError where one
    cannot be wrapped.
    """
    hidden = _hidden(shown)
    found: list[tuple[int, int]] = []
    for match in _CALL.finditer(hidden):
        end = _closing(hidden, match.end())
        if (not found or match.start() >= found[-1][1]) and _is_loose(shown[match.start() : end]):
            if _ARRAY.search(hidden[: match.start()]) and hidden[end:].lstrip().startswith(")"):
                call = text[match.start() : end]
                raise RefusedError(
                    f"`{call}` may give an array, whose type has to be told with `(select …)`: wrap it by hand"
                )
            found.append((match.start(), end))
    trial = shown
    for start, end in reversed(found):
        trial = f"{trial[:start]}(select {trial[start:end]}){trial[end:]}"
    tree = parse(trial)
    if not found or tree.kind == "unread" or [*loose_calls(tree)]:
        raise RefusedError("what the policy calls does not all stand in its text: wrap it in `(select …)` by hand")
    return found


def _is_loose(call: str) -> bool:
    tree = parse(call)
    return tree.kind == "call" and [*loose_calls(tree)] == [tree.name]


def _closing(text: str, start: int) -> int:
    """Return where the parenthesis that was opened before ``start`` has been closed, the text's end where it is not."""
    depth = 1
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return len(text)
