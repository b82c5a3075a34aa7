"""One run of one case by Polars, as a batch on one thread: `polars_peer.py CASE STEM`."""

import json
import resource
import sys
import time

import polars as pl

name, stem = sys.argv[1:]


def bars(trades):
    return (
        trades.group_by("symbol", pl.col("ts").dt.truncate("1m").alias("start"))
        .agg(
            pl.col("price").first().alias("open"),
            pl.col("price").max().alias("high"),
            pl.col("price").min().alias("low"),
            pl.col("price").last().alias("close"),
            pl.col("size").sum().alias("volume"),
            ((pl.col("price") * pl.col("size")).sum() / pl.col("size").sum()).alias("vwap"),
            pl.len().alias("n"),
        )
        .collect()
    )


def scan():
    if name == "IN csv":
        return pl.scan_csv(f"{stem}.csv", try_parse_dates=True)
    if name == "IN ndjson":
        return pl.scan_ndjson(f"{stem}.ndjson").with_columns(pl.col("ts").cast(pl.Datetime("us")))
    return pl.scan_parquet(f"{stem}.parquet")


trades = pl.read_parquet(f"{stem}.parquet").lazy() if name == "W2m" else None
cpu, wall = time.process_time(), time.perf_counter()
result = bars(trades if trades is not None else scan())
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall

keys = ["n", "volume", "open", "high", "low", "close", "vwap"]
check = {"bars": result.height, **{key: float(result[key].sum()) for key in keys}}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"wall_ms": wall * 1000, "cpu_ms": cpu * 1000, "peak_mb": peak, "check": check}))
