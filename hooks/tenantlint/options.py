"""The options of each command of the command line, with their help."""

from __future__ import annotations

from tenantlint.arguments import HELP, Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_PATHS_HELP: Final = "files and folders (default: the current folder)"
_CONFIG: Final = (
    Option("--config", "read this configuration file and no other", "FILE"),
    Option("--no-config", "read no configuration file"),
)
_RULES: Final = (
    "Rules (a RULE is a code, a name, a family such as TEN, or ALL)",
    (
        Option(
            "--preset",
            "start from these rules: recommended, strict or all",
            "PRESET",
            ("recommended", "strict", "all"),
        ),
        Option("--select", "run these rules and no others", "RULE[,RULE]"),
        Option("--extend-select", "run these rules too", "RULE[,RULE]"),
        Option("--ignore", "do not run these rules", "RULE[,RULE]"),
        Option("--only", "of the selected rules run only these", "RULE[,RULE]"),
    ),
)
_SPEED: Final = (
    Option("--no-cache", "read every file anew, and keep nothing for the next run"),
    Option("--cache-dir", "keep the cache in this folder (default: the user's cache folder)", "FOLDER"),
    Option("--jobs", "work in so many processes (default: one for each core)", "N"),
    Option("--executor", "where files are read: serial, threads[:N], processes[:N] or dask://HOST:PORT", "SPEC"),
)
_COLOR: Final = Option("--color", "auto (the default), always or never", "WHEN", ("auto", "always", "never"))
_FINDINGS: Final = (
    Option(
        "--output-format",
        "text (the default), concise, json, github, gitlab, junit, rdjson or sarif",
        "FORMAT",
        ("text", "concise", "json", "github", "gitlab", "junit", "rdjson", "sarif"),
    ),
    Option(
        "--output-file",
        "write the findings to this file, and print the summary only",
        "FILE",
        short="-o",
    ),
    Option("--statistics", "count the findings of each rule instead of listing them"),
    _COLOR,
    Option("--explain-unknown", "list what could not be read statically, too"),
    Option("--quiet", "print findings only, no summary", short="-q"),
    Option("--exit-zero", "exit with status 0 in spite of findings"),
    Option(
        "--fail-on",
        "the mildest finding that gives status 1: error (the default) or warning",
        "SEVERITY",
        ("error", "warning"),
    ),
)
"""How findings are told, and what they make of the exit status."""

_TO_FILE: Final = Option("--output", "write to this file instead of standard output", "FILE")
CHECK: Final = Command(
    "check",
    "Check schemas against the rules",
    (
        _RULES,
        (
            "Fixes",
            (
                Option("--fix", "make the fixes that are safe"),
                Option("--unsafe-fixes", "with --fix or --diff, make those too that need a migration or a reader"),
                Option("--diff", "print what --fix would change, and change nothing; status 1 where that is anything"),
                Option("--pin-column-name", "rename in code only: columns keep their names in the database"),
                Option("--exit-non-zero-on-fix", "exit with status 1 where a file was changed"),
            ),
        ),
        (
            "Output",
            (
                *_FINDINGS,
                Option("--watch", "check again whenever a file changes, until interrupted"),
            ),
        ),
        (
            "Baseline",
            (
                Option("--baseline", "hide the findings that this file records", "FILE"),
                Option("--no-baseline", "hide nothing, though the configuration names a baseline"),
                Option("--write-baseline", "record the findings in the baseline, so that only new ones are told"),
                Option("--fail-on-stale-baseline", "exit with status 1 where recorded findings are no longer found"),
            ),
        ),
        (
            "Input",
            (
                Option("--stdin-filename", "check standard input as the content of this file", "NAME"),
                Option("--force-exclude", "leave out excluded files even where they are named"),
                *_SPEED,
                *_CONFIG,
                HELP,
            ),
        ),
    ),
    "PATH",
    _PATHS_HELP,
)
DUMP: Final = Command(
    "dump",
    "Print the schema as it is read",
    (("Options", (Option("--output-format", "json (the default)", "FORMAT", ("json",)), *_CONFIG, HELP)),),
    "PATH",
    _PATHS_HELP,
)
RULE: Final = Command(
    "rule",
    "Print the page of a rule, or list the rules",
    (
        (
            "Options",
            (
                Option("--all", "print the pages of all rules"),
                Option("--output-format", "text (the default) or json", "FORMAT", ("text", "json")),
                HELP,
            ),
        ),
    ),
    "RULE",
    "a code or a name",
    most=1,
)
RENAME: Final = Command(
    "rename",
    "Rename a column in code, in every file that uses it, and in the database by a migration",
    (
        (
            "Options",
            (
                Option("--all", "rename whatever the naming rules (NAM) find, instead of one column"),
                Option("--pin-column-name", "rename in code only: the column keeps its name in the database"),
                Option("--unsafe-fixes", "rename though some uses cannot be resolved; they are listed"),
                Option("--diff", "print what would change, and change nothing; status 1 where that is anything"),
                Option("--in", "the file or folder that declares the table, where several have its name", "PATH"),
                *_CONFIG,
                HELP,
            ),
        ),
    ),
    "TABLE.COLUMN NEW",
    "the column as the code or the database calls it, and its new name in code",
    most=2,
)
INIT: Final = Command(
    "init",
    "Propose a configuration that fits the project, and write it to tenantlint.toml",
    (
        (
            "Options",
            (
                Option("--dry-run", "print the proposal only"),
                Option("--force", "write over a configuration that is there"),
                HELP,
            ),
        ),
    ),
    "FOLDER",
    "the folder of the project (default: the current one)",
    most=1,
)
GRAPH: Final = Command(
    "graph",
    "Draw the schema as a diagram, with the findings marked",
    (
        (
            "Options",
            (
                Option("--output-format", "mermaid (the default) or html: one page", "FORMAT", ("mermaid", "html")),
                _TO_FILE,
                Option("--table", "draw these tables and what is near them", "NAME[,NAME]"),
                Option("--depth", "how many references away from --table is near: 1 by default", "N"),
                Option("--findings", "mark what the rules find (the default)"),
                Option("--no-findings", "mark no findings"),
                *_CONFIG,
                HELP,
            ),
        ),
        _RULES,
    ),
    "PATH",
    _PATHS_HELP,
)
DRIFT: Final = Command(
    "drift",
    "Tell where SQLModel, Drizzle and migrations describe one database differently",
    (
        (
            "What is compared",
            (
                Option("--left", "compare this side: a file, a folder, or sqlmodel, drizzle, alembic, …", "SIDE"),
                Option("--right", "with this one", "SIDE"),
                Option("--all-tables", "tell each table that one side has not, however few it has of the others"),
                Option("--names", "tell names of keys and indexes that differ, too"),
            ),
        ),
        (
            "Output",
            (
                Option(
                    "--output-format",
                    "text (the default), concise, json or github",
                    "FORMAT",
                    ("text", "concise", "json", "github"),
                ),
                _COLOR,
                Option("--explain-unknown", "list what could not be compared, too"),
                Option("--quiet", "print differences only, no summary", short="-q"),
                Option("--exit-zero", "exit with status 0 in spite of differences"),
                *_CONFIG,
                HELP,
            ),
        ),
    ),
    "PATH",
    _PATHS_HELP,
)
SERVER: Final = Command(
    "server",
    "Serve an editor: findings, fixes, renames and rule pages by the Language Server Protocol",
    (
        (
            "Options",
            (
                Option(
                    "--tcp", "wait for one editor at this address (default: standard input and output)", "HOST:PORT"
                ),
                HELP,
            ),
        ),
    ),
    "",
    "",
    most=0,
)
CHECKLIST: Final = Command(
    "checklist",
    "Print a checklist of the schema for its review, ticked from what is known",
    (
        (
            "Options",
            (
                Option("--output-format", "markdown (the default) or json", "FORMAT", ("markdown", "json")),
                _TO_FILE,
                Option("--changed", "only tables in files that differ from the last commit, new files too"),
                Option("--since", "only tables in files that differ from where REF (a branch, say) was left", "REF"),
                *_CONFIG,
                HELP,
            ),
        ),
        _RULES,
    ),
    "PATH",
    _PATHS_HELP,
)
SCAN: Final = Command(
    "scan",
    "Check every project below some folders, each with its own configuration",
    (
        _RULES,
        (
            "Output",
            (*_FINDINGS,),
        ),
        (
            "Input",
            (
                Option("--no-baseline", "hide nothing, though a configuration names a baseline"),
                Option("--force-exclude", "leave out excluded files even where they are named"),
                *_SPEED,
                *_CONFIG,
                HELP,
            ),
        ),
    ),
    "PATH",
    "folders that hold projects, files of them (default: the current folder)",
)
NEW: Final = Command(
    "new",
    "Write a table that passes the rules, in the project's own style",
    (
        (
            "Options",
            (
                Option("--orm", "sqlmodel or drizzle (default: what the project uses)", "ORM", ("sqlmodel", "drizzle")),
                Option("--column", "title:text, note:text? (may be NULL), author:ref=users; repeatable", "NAME:TYPE"),
                Option("--output", "write the table to this new file, and its relations to where they belong", "FILE"),
                Option("--append", "add the table to this file, and its relations to where they belong", "FILE"),
                Option(
                    "--migration", "with these, write the migration that creates it, too: Alembic's, or drizzle-kit's"
                ),
                Option("--diff", "with these, print what would change, and change nothing"),
                *_CONFIG,
                HELP,
            ),
        ),
    ),
    "table NAME",
    "the word table, and what the table is called",
    most=2,
)
