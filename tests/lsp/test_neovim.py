"""The recipes for Neovim in docs/editors.md, in a real Neovim: diagnostics, a quick fix, and safe fixes on save."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp.support import write
from lsp.test_server import MODELS, PROJECT, SCHEMA, SERVICE, UNUSED

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).parents[2] / "docs" / "editors.md"

DRIVER = """
vim.cmd("set noswapfile nomore")
vim.cmd("filetype plugin on")
dofile(os.getenv("RECIPE"))
local seen = {}

local function wait(what, holds)
  if not vim.wait(20000, holds, 10) then
    error("waited in vain for " .. what)
  end
end

local function diagnostics()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, { each.code, each.lnum, each.col, each.end_lnum, each.end_col, each.message, each.source })
  end
  return found
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\\n") .. "\\n"
end

local ok, problem = pcall(function()
  vim.cmd("edit models.py")
  wait("diagnostics", function() return #diagnostics() > 0 end)
  seen.opened = diagnostics()

  vim.api.nvim_win_set_cursor(0, { 7, 5 })
  local offered
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item, items)
    choose(items[1], 1)
  end
  vim.lsp.buf.code_action()
  wait("the fix", function() return text():find("display_name") ~= nil end)
  seen.offered, seen.fixed = offered, text()
  wait("no diagnostics", function() return #diagnostics() == 0 end)
  vim.cmd("silent wall")

  vim.cmd("edit db/schema.ts")
  wait("diagnostics", function() return #diagnostics() > 0 end)
  seen.before = diagnostics()
  vim.cmd("silent write")
  seen.saved = text()
  wait("fewer diagnostics", function() return #diagnostics() == #seen.before - 1 end)
  seen.after = diagnostics()
end)
seen.problem = not ok and tostring(problem) or nil
local file = io.open(os.getenv("SEEN"), "w")
file:write(vim.json.encode(seen))
file:close()
vim.cmd("qall!")
"""


def recipes() -> str:
    """Return what the page says for Neovim 0.7: the first block, and that for saving."""
    section = PAGE.read_text().partition("\n## Neovim\n")[2].partition("\n## ")[0]
    blocks = [part.partition("\n```")[0] for part in section.split("```lua\n")[1:]]
    assert len(blocks) == 4
    return f"{blocks[0]}\n{blocks[3]}\n"


def neovim(root: Path, environment: Mapping[str, str]) -> None:
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-S", environment["DRIVER"]]
    subprocess.run(command, cwd=root, env={**os.environ, **environment}, check=True, timeout=120, capture_output=True)


def test_neovim(tmp_path: Path) -> None:
    root = write(tmp_path / "project", {**PROJECT, "db/schema.ts": UNUSED})
    write(tmp_path, {"driver.lua": DRIVER, "recipe.lua": recipes()})
    neovim(
        root,
        {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "RECIPE": str(tmp_path / "recipe.lua"),
            "DRIVER": str(tmp_path / "driver.lua"),
            "SEEN": str(tmp_path / "seen.json"),
            "XDG_STATE_HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path),
        },
    )
    seen: dict[str, Any] = json.loads((tmp_path / "seen.json").read_text())
    assert "problem" not in seen, seen["problem"]
    message = (
        "`customer.displayName` is not snake_case: PostgreSQL folds unquoted names to lower case, "
        "so that every query must quote it; name the column `display_name`"
    )
    assert seen["opened"] == [["NAM001", 6, 4, 6, 15, message, "tenantlint"]]
    assert seen["offered"][0] == "Rename `displayName` to `display_name` (unsafe)"
    assert seen["fixed"] == MODELS.replace("displayName", "display_name")
    assert (root / "service.py").read_text() == SERVICE.replace("displayName", "display_name")
    assert [each[:3] for each in seen["before"]] == [["UNU001", 4, 65], ["NAM001", 5, 4], ["IDX003", 8, 29]]
    assert seen["saved"] == (root / "db" / "schema.ts").read_text() == SCHEMA
    assert [each[:3] for each in seen["after"]] == [["NAM001", 5, 4], ["IDX003", 8, 29]]
