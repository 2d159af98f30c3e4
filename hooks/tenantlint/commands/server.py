"""``tenantlint server``: a language server on standard input and output, or on a port."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.running import CLEAN

if TYPE_CHECKING:
    from tenantlint.arguments import Arguments


def server(arguments: Arguments) -> int:
    """``tenantlint server``: serve one client until it leaves."""
    address = _address(arguments.one("--tcp"))
    try:
        from tenantlint.lsp.features import make_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError("tenantlint server needs pygls: pip install 'tenantlint[server]'") from None
    made = make_server()
    try:
        if address is not None:
            made.start_tcp(*address)
        else:
            output = sys.stdout.buffer
            sys.stdout = sys.stderr  # whatever else prints, the client reads messages only
            made.start_io(sys.stdin.buffer, output)
    except OSError as error:
        raise UsageError(f"--tcp: {error.strerror or error}") from None
    finally:
        made.session.close()
    return CLEAN


def _address(told: str | None) -> tuple[str, int] | None:
    if told is None:
        return None
    host, colon, port = told.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise UsageError("--tcp: expected HOST:PORT, as in 127.0.0.1:2087")
    return host or "127.0.0.1", int(port)
