"""A warm run says what a cold one says, whatever happened to the files, the configuration or the cache in between."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tenantlint import cache, cache_file, inputs, pipeline
from tenantlint.cache_file import CacheFile, cache_folder, digest
from tenantlint.cli import main
from tenantlint.discover import walk
from tenantlint.disk_store import DiskStore
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.report.dump import dump
from tenantlint.store import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.link import LinkResult

FILES = {
    "package.json": "{}\n",
    "app/models.py": "from datetime import datetime\nfrom sqlmodel import Field, SQLModel\n"
    "from app.base import Base\n\n\n"
    "class User(Base, table=True):\n    name: str\n    isActive: bool = False\n    created_at: datetime\n",
    "app/base.py": "from sqlmodel import Field, SQLModel\n\n\n"
    "class Base(SQLModel):\n    id: int = Field(primary_key=True)\n",
    "app/other.py": "def unrelated() -> int:\n    return 1\n",
    "db/schema.ts": 'import { pgTable, text } from "drizzle-orm/pg-core";\n\n'
    'export const notes = pgTable("notes", { id: text().primaryKey() });\n',
    "migrations/0001_first.sql": "CREATE TABLE notes (id text PRIMARY KEY);\n",
    "migrations/0002_second.sql": "ALTER TABLE notes ADD COLUMN label text NOT NULL;\n",
    "alembic/versions/1.py": 'from alembic import op\n\nrevision = "1"\ndown_revision = None\n\n\n'
    'def upgrade():\n    op.drop_table("x")\n',
}


STAMP = bytes(range(16))


class Result(NamedTuple):
    status: int
    out: str
    err: str
    ran: bool
    read: frozenset[str]


class Bench:
    """A project with a cache, and a way to tell what a run of the command line has done."""

    def __init__(self, root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
        self.root = root
        self.folder = folder
        self._capsys = capsys
        self._ran: list[str] = []
        self._read: set[str] = set()
        self.monkeypatch = monkeypatch
        monkeypatch.setattr(cache, "code_stamp", lambda: STAMP)
        monkeypatch.setenv("TENANTLINT_CACHE_DIR", str(folder))
        monkeypatch.chdir(root)
        self._spy(monkeypatch)

    def _spy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        check, keep = pipeline.check, DiskStore.keep

        def checked(project: Project, *rest: object) -> object:
            self._ran.append(project.root)
            return check(project, *rest)  # type: ignore[arg-type]

        def kept(store: DiskStore, name: str, source: object, *rest: object) -> None:
            self._read.add(source.path)  # type: ignore[attr-defined]
            keep(store, name, source, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(pipeline, "check", checked)
        monkeypatch.setattr(DiskStore, "keep", kept)

    def run(self, *words: str) -> Result:
        self._ran.clear()
        self._read.clear()
        status = main(["check", *words])
        out, err = self._capsys.readouterr()
        return Result(status, out, err, bool(self._ran), frozenset(self._read))

    def warm_equals_cold(self, *words: str) -> Result:
        """Run with the cache and without it, and return what the former did."""
        warm, cold = self.run(*words), self.run("--no-cache", *words)
        assert (warm.status, warm.out, warm.err) == (cold.status, cold.out, cold.err)
        return warm

    def share_with_other_processes(self) -> None:
        """Stamp the cache as they do."""
        self.monkeypatch.setattr(cache, "code_stamp", cache_file.code_stamp)
        assert self.run("--quiet").ran

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def opened(self) -> CacheFile:
        return CacheFile(str(self.folder), os.path.realpath(self.root), STAMP)

    @property
    def file(self) -> Path:
        (found,) = self.folder.glob("*.cache")
        return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    root = tmp_path / "project"
    made = Bench(_made(root), tmp_path / "cache", monkeypatch, capsys)
    assert made.run("--quiet").ran
    return made


def _made(root: Path) -> Path:
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


# Runs


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--quiet",),
        ("--output-format", "json"),
        ("--output-format", "sarif"),
        ("--output-format", "junit"),
        ("--statistics",),
        ("--select", "NAM"),
        ("--preset", "all", "--explain-unknown"),
        ("app",),
        ("app/models.py", "--force-exclude"),
        ("--exit-zero",),
        ("--color", "always"),
    ],
)
def test_the_same_again_is_only_printed(bench: Bench, words: tuple[str, ...]) -> None:
    first = bench.run(*words)
    again = bench.warm_equals_cold(*words)
    assert not again.ran or (words == ("--quiet",) and not first.ran)
    assert (again.status, again.out) == (first.status, first.out)


def test_command_lines_are_not_mixed_up(bench: Bench) -> None:
    for words in [("app",), ("db",), ("--select", "NAM"), ("--exit-zero",), ("--color", "always"), ("app",), ("db",)]:
        bench.warm_equals_cold(*words)
    (bench.root / "db").joinpath("x.py").write_text("")
    os.chdir(bench.root / "app")
    assert bench.warm_equals_cold().out != ""
    os.chdir(bench.root / "db")
    assert bench.warm_equals_cold(".").out != ""


def test_nothing_heavy_is_loaded(bench: Bench) -> None:
    bench.share_with_other_processes()
    script = (
        "import sys\nfrom tenantlint.cli import main\nstatus = main(['check', '--quiet'])\n"
        "heavy = {'libcst', 'tree_sitter', 'typing', 're', 'json', 'hashlib', 'tenantlint.rules', 'tenantlint.config',"
        " 'tenantlint.pipeline', 'tenantlint.schema', 'tenantlint.disk_store'}\n"
        "print(status, sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, env=_environment())
    assert done.stderr == "1 []\n"


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.parametrize("words", [("--fix",), ("--diff",), ("--write-baseline",), ("--output-file", "found.txt")])
def test_what_does_more_than_print_always_runs(bench: Bench, words: tuple[str, ...]) -> None:
    bench.run(*words)
    before = {path for path in bench.folder.glob("*.cache") if b"run " in path.read_bytes()}
    assert before == {bench.file}
    (bench.root / "found.txt").unlink(missing_ok=True)
    bench.run(*words)
    assert ("--output-file" in words) == (bench.root / "found.txt").exists()


def test_a_crash_is_not_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("tenantlint.rules.run", fail)
        crashed = bench.run("--select", "NAM")
    assert crashed.status == 2
    again = bench.warm_equals_cold("--select", "NAM")
    assert again.ran
    assert again.status == 1


# Changes


def change(path: str, old: str, new: str) -> Callable[[Bench], None]:
    def apply(bench: Bench) -> None:
        place = bench.root / path
        assert old in place.read_text()
        place.write_text(place.read_text().replace(old, new))

    return apply


def write(path: str, text: str) -> Callable[[Bench], None]:
    return lambda bench: bench.write(path, text)


def remove(path: str) -> Callable[[Bench], None]:
    return lambda bench: (bench.root / path).unlink()


def rename(path: str, new: str) -> Callable[[Bench], None]:
    return lambda bench: (bench.root / path).rename(bench.root / new)


def in_secret(path: str, old: str, new: str) -> Callable[[Bench], None]:
    """Change a file to one of the same size, and give it back its time."""

    def apply(bench: Bench) -> None:
        place = bench.root / path
        status = place.stat()
        change(path, old, new)(bench)
        os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert (place.stat().st_size, place.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)

    return apply


MODEL = "from sqlmodel import SQLModel\n\n\nclass M(SQLModel, table=True):\n    a: int\n"
TENANT = 'tenant-column = "org_id"\n'
CHANGES = {
    "a model": change("app/models.py", "isActive", "isActive2"),
    "a model, of the same size and time": in_secret("app/models.py", "isActive", "is_other"),
    "a base class": change("app/base.py", "id: int", "id: str"),
    "a Drizzle schema": change("db/schema.ts", "notes", "noteList"),
    "a migration": change("migrations/0001_first.sql", "text", "uuid"),
    "an Alembic revision": change("alembic/versions/1.py", "op.drop_table", "op.execute"),
    "a new model": write("app/more.py", MODEL),
    "a program that becomes a model": write("app/other.py", MODEL),
    "a model that is gone": remove("app/models.py"),
    "a base class that is gone": remove("app/base.py"),
    "a model of another name": rename("app/models.py", "app/tables.py"),
    "a configuration": write("tenantlint.toml", TENANT),
    "a shared configuration": write("pyproject.toml", f"[tool.tenantlint]\n{TENANT}"),
    "a configuration below": write("app/tenantlint.toml", 'ignore = ["NAM"]\n'),
    "a configuration that is wrong": write("tenantlint.toml", "nonsense = 1\n"),
    "what is left out": write("tenantlint.toml", 'extend-exclude = ["db"]\n'),
    "a lock file": write("uv.lock", '[[package]]\nname = "sqlmodel"\nversion = "0.0.8"\n'),
    "requirements": write("requirements.txt", "sqlmodel==0.0.8\n"),
    "a syntax error": write("app/models.py", "class User(SQLModel, table=True:\n"),
    "bytes that are no text": lambda bench: (bench.root / "app/models.py").write_bytes(b"table=True\xff\xfe"),
    "a comment that silences": change("app/models.py", "bool = False", "bool = False  # noqa"),
    "a folder in the place of a file": lambda bench: (
        remove("app/models.py")(bench),
        bench.write("app/models.py/x.py", ""),
    ),
    "a link to another file": lambda bench: (
        bench.write("aside.txt", FILES["app/models.py"].replace("isActive", "isOther")),
        remove("app/models.py")(bench),
        (bench.root / "app/models.py").symlink_to(bench.root / "aside.txt"),
    ),
    "a link to nothing": lambda bench: (
        remove("app/models.py")(bench),
        (bench.root / "app/models.py").symlink_to(bench.root / "nothing"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("settled", [False, True], ids=["just written", "written long ago"])
def test_a_change_is_noticed(bench: Bench, what: str, settled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if settled:
        monkeypatch.setattr(inputs, "_TICK", -(10**15))  # as if all had been written before the run began
    for _ in range(2):
        bench.run()
    assert not bench.run().ran
    CHANGES[what](bench)
    after = bench.warm_equals_cold()
    assert after.ran or after.status == 2
    bench.warm_equals_cold()
    for path in set(FILES) - {"package.json"}:
        bench.write(path, FILES[path]) if not (bench.root / path).is_dir() else None
    bench.warm_equals_cold()


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("app/models.py", {"app/models.py"}),
        ("app/base.py", {"app/base.py"}),
        ("db/schema.ts", {"db/schema.ts"}),
        ("alembic/versions/1.py", {"alembic/versions/1.py"}),
        ("migrations/0002_second.sql", {"migrations/0002_second.sql"}),
        ("app/other.py", set()),
    ],
)
def test_only_the_file_that_changed_is_read(bench: Bench, path: str, read: set[str]) -> None:
    (bench.root / path).write_text(FILES[path] + "\n")
    found = bench.warm_equals_cold("--quiet")
    assert found.ran
    assert found.read == read


def test_files_that_declare_nothing_are_not_even_opened(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_TICK", -(10**15))
    bench.write("app/base.py", FILES["app/base.py"] + "\n")
    assert bench.run("--quiet").ran
    opened: list[str] = []
    read = Project.read
    monkeypatch.setattr(Project, "read", lambda self, path, *rest: (opened.append(path), read(self, path, *rest))[1])
    bench.write("app/base.py", FILES["app/base.py"])
    assert bench.run("--quiet").ran
    assert "app/other.py" not in opened
    assert {"app/base.py", "app/models.py", "db/schema.ts"} <= set(opened)
    bench.write("app/other.py", MODEL)
    assert "app/other.py" in bench.warm_equals_cold("--quiet").read


def test_a_listing_by_git_counts(bench: Bench) -> None:
    subprocess.run(["git", "init", "-q"], check=True, cwd=bench.root)
    assert bench.run().ran
    assert not bench.warm_equals_cold().ran
    bench.write(".gitignore", "app/models.py\n")
    ignored = bench.warm_equals_cold()
    assert ignored.ran
    assert "models.py" not in ignored.out
    bench.write("README.txt", "no program\n")
    assert not bench.warm_equals_cold().ran


def test_a_baseline_counts(bench: Bench) -> None:
    bench.run("--write-baseline")
    words = ("--baseline", "tenantlint-baseline.json")
    assert bench.run(*words).ran
    hidden = bench.warm_equals_cold(*words)
    assert not hidden.ran
    assert hidden.status == 0
    bench.write("tenantlint-baseline.json", '{"version": 1, "findings": []}\n')
    assert bench.warm_equals_cold(*words).status == 1


def test_other_code_reads_everything_anew(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not bench.run("--quiet").ran
    monkeypatch.setattr(cache, "code_stamp", lambda: bytes(16))
    other = bench.warm_equals_cold("--quiet")
    assert other.ran
    assert len(other.read) == 6


def test_the_stamp_changes_with_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tmp_path / "code"
    (code / "lang").mkdir(parents=True)
    module = code / "lang" / "extract.py"
    module.write_text("a = 1\n")
    monkeypatch.setattr(cache_file, "__file__", str(code / "cache_file.py"))
    first = cache_file.code_stamp()
    assert cache_file.code_stamp() == first
    module.write_text("a = 12\n")
    second = cache_file.code_stamp()
    assert second != first
    (code / "lang" / "more.py").write_text("")
    assert cache_file.code_stamp() not in (first, second)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site-packages")])
    (tmp_path / "site-packages").mkdir()
    third = cache_file.code_stamp()
    (tmp_path / "site-packages" / "libcst").mkdir()
    os.utime(tmp_path / "site-packages", ns=(1, 1))
    assert cache_file.code_stamp() != third


def test_digests_give_way_to_times(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    block = bench.file.read_bytes()
    assert not bench.run("--quiet").ran
    assert bench.file.read_bytes() == block
    monkeypatch.setattr(inputs, "_TICK", -(10**15))
    assert not bench.run("--quiet").ran
    settled = bench.file.read_bytes()
    assert settled != block
    monkeypatch.setattr(inputs, "_has_content", None)  # nothing is read any more
    assert not bench.run("--quiet").ran
    assert bench.file.read_bytes() == settled


# Damage


def test_no_damage_shows(bench: Bench) -> None:
    commands = (("--quiet",), ("--statistics",))  # one that is only printed again, and one that reads what is kept
    expected = [bench.run("--no-cache", *words) for words in commands]
    whole, place = bench.file.read_bytes(), bench.file
    for at in range(0, len(whole), max(1, len(whole) // 40)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], whole[:at] + b"\0" * 999):
            place.write_bytes(damaged)
            found = [bench.run(*words) for words in commands]
            assert [(each.status, each.out, each.err) for each in found] == [
                (each.status, each.out, each.err) for each in expected
            ]


@pytest.mark.parametrize("data", [b"", b"\0", b"tenantlint cache 1\n", b"x" * 100_000])
def test_another_content_is_a_cold_run(bench: Bench, data: bytes) -> None:
    bench.file.write_bytes(data)
    assert bench.warm_equals_cold("--quiet").ran
    assert not bench.run("--quiet").ran


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_a_file_that_others_may_write_is_not_read(bench: Bench, mode: int) -> None:
    bench.file.chmod(mode)
    assert bench.warm_equals_cold("--quiet").ran
    assert bench.file.stat().st_mode & 0o777 == 0o600


def test_a_file_of_another_user_is_not_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert bench.warm_equals_cold("--quiet").ran


def test_a_link_is_not_read(bench: Bench) -> None:
    place = bench.file
    place.rename(bench.folder / "elsewhere")
    place.symlink_to(bench.folder / "elsewhere")
    assert bench.warm_equals_cold("--quiet").ran
    assert not place.is_symlink()


def test_a_folder_that_cannot_be_is_no_cache(bench: Bench) -> None:
    bench.write("file", "")
    for folder in ("file/cache", "file", os.devnull):
        assert bench.warm_equals_cold("--cache-dir", folder).ran


@pytest.mark.parametrize("call", ["replace", "open", "makedirs"])
def test_a_full_disk_changes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    original = getattr(os, call)

    def fail(path: str, *rest: object, **options: object) -> object:
        if str(bench.folder) in str(path) and (call != "open" or rest[0] != cache_file._READ):
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(path, *rest, **options)

    bench.file.unlink()
    monkeypatch.setattr(os, call, fail)
    assert bench.warm_equals_cold("--quiet").ran
    monkeypatch.undo()
    assert [path.name for path in bench.folder.iterdir() if ".cache." in path.name] == []


def test_runs_at_once_leave_a_whole_file(bench: Bench) -> None:
    bench.share_with_other_processes()
    expected = bench.run("--no-cache", "--quiet").out
    for round_ in range(3):
        bench.write("app/other.py", f"number = {round_}\n")
        command = [sys.executable, "-m", "tenantlint", "check", "--quiet"]
        started = [subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) for _ in range(4)]
        assert [process.communicate()[0].decode() for process in started] == [expected] * 4
    assert not bench.run("--quiet").ran
    assert {path.name for path in bench.folder.iterdir()} == {".gitignore", "CACHEDIR.TAG", bench.file.name}


# What is kept


def test_what_belongs_to_files_that_are_gone_goes(bench: Bench) -> None:
    (bench.root / "app/models.py").unlink()
    bench.run()
    file = bench.opened()
    paths = {path for _, path in DiskStore(file)._index}
    assert paths == set(FILES) - {"package.json", "app/models.py", "app/other.py"}


def test_only_the_latest_runs_are_kept(bench: Bench) -> None:
    for number in range(1, 12):
        bench.run("--select", f"NAM00{1 + number % 9}", *["--quiet"] * (number // 9))
    file = bench.opened()
    assert len([name for name in file.names() if name.startswith("run ")]) == 8
    assert not bench.run("--select", "NAM003", "--quiet").ran


def test_too_much_is_not_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenantlint.disk_store.MAX_BYTES", 400)
    bench.file.unlink()
    bench.run("--quiet")
    file = bench.opened()
    assert sum(size for _, _, size, _ in DiskStore(file)._index.values()) <= 400
    bench.write("app/other.py", "a = 1\n")
    assert bench.warm_equals_cold("--quiet").ran


def test_nothing_is_kept_of_standard_input(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        class buffer:  # noqa: N801
            @staticmethod
            def read() -> bytes:
                return FILES["app/models.py"].replace("isActive", "isOther").encode()

    before = bench.file.read_bytes()
    monkeypatch.setattr(sys, "stdin", Stdin)
    assert "isOther" in bench.run("--quiet", "--stdin-filename", "app/models.py").out
    assert bench.file.read_bytes() == before


def test_no_cache_leaves_none(bench: Bench) -> None:
    bench.file.unlink()
    bench.run("--no-cache")
    assert list(bench.folder.glob("*.cache")) == []


def test_projects_that_are_not_checked_any_more_are_forgotten(bench: Bench) -> None:
    now = bench.file.stat().st_mtime
    bench.file.unlink()
    for name, age in (("old", 61), ("new", 59)):
        (bench.folder / f"{name}.cache").write_bytes(b"")
        then = now - age * 24 * 3600
        os.utime(bench.folder / f"{name}.cache", (then, then))
    bench.run("--quiet")
    assert sorted(path.stem for path in bench.folder.glob("*.cache") if len(path.stem) == 3) == ["new"]


# Where it lies


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TENANTLINT_CACHE_DIR", "named")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    monkeypatch.setenv("HOME", "/home/me")
    assert cache_folder("chosen") == str(tmp_path / "chosen")
    assert cache_folder(None) == str(tmp_path / "named")
    monkeypatch.delenv("TENANTLINT_CACHE_DIR")
    assert cache_folder(None) == "/xdg/tenantlint"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder(None) is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder(None) == "/home/me/.cache/tenantlint"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder(None) == "/home/me/Library/Caches/tenantlint"


def test_the_project_has_no_trace_of_it(bench: Bench) -> None:
    assert {path.relative_to(bench.root).as_posix() for path in bench.root.rglob("*") if path.is_file()} == set(FILES)
    assert (bench.folder / ".gitignore").read_text() == "*\n"
    assert (bench.folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


# Every fixture

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROJECTS = sorted(path for kind in FIXTURES.iterdir() for path in kind.iterdir() if path.is_dir())


@pytest.mark.parametrize("root", PROJECTS, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_every_fixture_is_read_from_a_cache_as_from_its_files(root: Path, tmp_path: Path) -> None:
    files = walk(str(root)).files
    cold = link(Project(str(root), files))
    stamp = digest(b"")
    first = DiskStore(CacheFile(str(tmp_path), str(root), stamp))
    filled = link(Project(str(root), files, store=first))
    blocks = first.blocks(files)
    CacheFile(str(tmp_path), str(root), stamp).replace(blocks or {})
    second = DiskStore(CacheFile(str(tmp_path), str(root), stamp))
    warm = link(Project(str(root), files, store=second))
    memory = Memory()
    kept = [link(Project(str(root), files, store=memory)) for _ in range(2)]
    assert second._added == {}
    for each in (filled, warm, *kept):
        assert dumped(each) == dumped(cold)
        assert each.schema.unresolved == cold.schema.unresolved
        assert each.problems == cold.problems


def dumped(result: LinkResult) -> str:
    return dump(result.schema, lambda at: at.start)
