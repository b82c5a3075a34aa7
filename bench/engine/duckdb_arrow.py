"""File to one-minute bars by DuckDB over an Arrow stream that pyarrow reads, on one thread: duckdb_arrow.py CASE ORDER STEM ROWS."""

import json
import resource
import sys
import time

import duckdb
import pyarrow as pa

name, order, stem, rows = sys.argv[1:]
connection = duckdb.connect(config={"threads": 1})
pa.set_cpu_count(1)

# As often as the others (`support/children.mjs`): the least counts.
runs = []
for _ in range(5):
    connection.execute("DROP TABLE IF EXISTS result")
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    trades = pa.ipc.open_stream(pa.OSFile(f"{stem}.arrow"))
    connection.execute(
        """CREATE TABLE result AS
           SELECT symbol, time_bucket(INTERVAL 1 MINUTE, ts) AS start, first(price) AS open, max(price) AS high, min(price) AS low,
                  last(price) AS close, sum(size) AS volume, sum(price * size) / sum(size) AS vwap, count(*) AS n
           FROM trades GROUP BY ALL"""
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF)
    runs.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall))
cpu, wall = min(runs)

keys = ["n", "volume", "high", "low"]
sums = connection.execute(f"SELECT count(*), {', '.join(f'sum({key})::DOUBLE' for key in keys)} FROM result").fetchone()
check = dict(zip(["rows", *keys], [float(each) for each in sums]))
print(json.dumps({"wall_ms": wall * 1000, "cpu_ms": cpu * 1000, "first_cpu_ms": runs[0][0] * 1000, "peak_mb": after.ru_maxrss / 1024, "check": check}))
