"""How the queue is asked."""

from typing import Any, LiteralString

import psycopg

from callsheet.engine.fleet.connection import connector
from tests.support.fleet import make_queue
from tests.support.postgres import PostgresServer

JOBS = 3_000
ADD: LiteralString = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
SELECT 'q', 't', 0, number::text, number::text, '{}' FROM generate_series(1, %s) number
"""
FETCH = """
EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)
SELECT * FROM procrastinate_fetch_job_v2(ARRAY['q', 'own']::varchar[], NULL)
"""


async def test_a_job_is_fetched_without_a_look_at_all_others_even_when_they_come_all_at_once(
    postgres: PostgresServer,
) -> None:
    url = postgres.database()
    make_queue(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path TO callsheet")
        connection.execute("ALTER TABLE procrastinate_jobs SET (autovacuum_enabled = off)")
        connection.execute("VACUUM ANALYZE procrastinate_jobs")  # what the server believes from now on: it is empty
        connection.execute(ADD, (JOBS,))
    queue = connector(url)
    await queue.open_async()
    try:
        row: dict[str, Any] = await queue.execute_query_one_async(FETCH)
    finally:
        await queue.close_async()
    plan = row["QUERY PLAN"][0]["Plan"]
    pages: int = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    assert pages < JOBS / 2
