"""One run of one file by Polars, on one thread: formats_polars.py PATH."""

import json
import resource
import sys
import time

import polars as pl

(path,) = sys.argv[1:]


def frame():
    if ".ndjson" in path:
        return pl.scan_ndjson(path)
    if path.endswith(".parquet"):
        return pl.scan_parquet(path)
    if path.endswith(".arrow"):
        # It is a stream (see bench/engine/data.mjs), of which there is no lazy reading.
        return pl.read_ipc_stream(path).lazy()
    return pl.scan_csv(path, try_parse_dates=True)


def answer():
    by = frame().group_by("symbol").agg(
        pl.len().alias("n"), pl.col("size").sum().alias("volume"), pl.col("price").max().alias("high")
    )
    return by.collect()


runs = []
begun = time.perf_counter()
while len(runs) < 5 and (not runs or time.perf_counter() - begun < 15):
    cpu, wall = time.process_time(), time.perf_counter()
    result = answer()
    runs.append({"wall_ms": (time.perf_counter() - wall) * 1000, "cpu_ms": (time.process_time() - cpu) * 1000})
best = min(runs, key=lambda run: run["cpu_ms"])
check = {"groups": len(result), **{key: float(result[key].sum()) for key in ("n", "volume", "high")}}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({**best, "first_cpu_ms": runs[0]["cpu_ms"], "peak_mb": peak, "check": check}))
