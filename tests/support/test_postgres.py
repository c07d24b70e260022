"""The server that the tests are run against."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import PostgresServer, postgres_server

PROGRAM = """
import sys
from tests.support.postgres import postgres_server
with postgres_server() as server:
    print((server.folder / "data/postmaster.pid").read_text().split()[0], flush=True)
    sys.stdin.read()
"""


def test_every_database_is_a_new_one(postgres: PostgresServer) -> None:
    def prepare(url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE answers AS SELECT 42 AS answer")

    for url in (postgres.prepared("answers", prepare), postgres.prepared("answers", prepare)):
        with psycopg.connect(url) as connection:
            assert connection.execute("DELETE FROM answers RETURNING answer").fetchall() == [(42,)]


def test_what_was_committed_survives_an_immediate_restart_on_the_same_port() -> None:
    with postgres_server() as server:
        url = server.database()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE answers AS SELECT 42 AS answer")
        server.restart_immediate()
        server.stop()
        server.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT answer FROM answers").fetchall() == [(42,)]
    assert not server.folder.exists()


@pytest.mark.timeout(60)
def test_a_server_ends_with_the_process_that_started_it_though_it_is_killed() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    with program:
        assert program.stdout is not None
        pid = program.stdout.readline()
        watched = os.pidfd_open(int(pid))
        program.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([watched], [], [], 30)
        os.close(watched)
    assert ended
