"""One run of one case by Polars, as a batch on one thread: polars_peer.py CASE ORDER STEM ROWS."""

import json
import resource
import sys
import time

import polars as pl

name, order, stem, rows = sys.argv[1:]
from_file = name.startswith("IN ")
path = f"{stem}.{name[3:]}" if from_file else f"{stem}-shuffled.parquet" if order == "shuffled" else f"{stem}.parquet"
price, size, ts = pl.col("price"), pl.col("size"), pl.col("ts")


def bars(frame, bucket, when=ts):
    by = [pl.col("symbol"), when.dt.truncate(bucket).alias("start")]
    ends = (price.first(), price.last()) if order != "shuffled" else (price.sort_by(ts).first(), price.sort_by(ts).last())
    return frame.group_by(by).agg(
        ends[0].alias("open"),
        price.max().alias("high"),
        price.min().alias("low"),
        ends[1].alias("close"),
        size.sum().alias("volume"),
        ((price * size).sum() / size.sum()).alias("vwap"),
        pl.len().alias("n"),
    )


def sessions(frame):
    begins = (ts.diff().over("symbol") > pl.duration(milliseconds=50)).fill_null(True)
    return (
        frame.with_columns(begins.alias("begins"))
        .with_columns(pl.col("begins").cum_sum().over("symbol").alias("session"))
        .group_by("symbol", "session")
        .agg(pl.len().alias("n"), size.sum().alias("volume"))
    )


def hops(frame):
    return frame.group_by_dynamic("ts", every="1s", period="10s", group_by="symbol").agg(
        price.mean().alias("mean"), price.max().alias("high"), pl.len().alias("n")
    )


def top(frame):
    by = [ts.dt.truncate("10s").alias("start"), pl.col("symbol")]
    grouped = frame.group_by(by).agg((price * size).sum().alias("notional"))
    return grouped.filter(pl.col("notional").rank("ordinal", descending=True).over("start") <= 3)


def groups(frame):
    return frame.group_by("symbol").agg(pl.len().alias("n"), size.sum().alias("volume"), price.mean().alias("mean"))


def quotes():
    return pl.read_parquet(f"{stem}-quotes{'-shuffled' if order == 'shuffled' else ''}.parquet").head(int(rows) // 2).lazy()


# What needs rows in order sorts them first, as its user would have to.
def sorted_by_time(frame):
    return frame if order != "shuffled" else frame.sort("ts", maintain_order=True)


QUERIES = {
    "W1": lambda f: f.filter(size > 100).select("ts", "symbol", (price * size).alias("notional")),
    "W2": lambda f: bars(f, "1s"),
    "W2m": lambda f: bars(f, "1m"),
    "W3": lambda f: hops(sorted_by_time(f)),
    "W4": lambda f: sessions(sorted_by_time(f)),
    "W5": lambda f: sorted_by_time(f).select("ts", "symbol", price.rolling_mean(20, min_samples=1).over("symbol").alias("mean")),
    "W5r": lambda f: sorted_by_time(f).select("ts", "symbol", price.rolling_mean_by("ts", "5s", closed="both").over("symbol").alias("mean")),
    "W6": lambda f: sorted_by_time(f).join_asof(sorted_by_time(quotes()), on="ts", by="symbol"),
    "W7": top,
    "W9": groups,
    "W9 end": groups,
}

SUMS = {
    "W1": ["notional"],
    "W4": ["n", "volume"],
    "W5": ["mean"],
    "W5r": ["mean"],
    "W6": ["bid", "ask"],
    "W7": ["notional"],
    "W9 end": ["n", "volume", "mean"],
}

if from_file:
    if name == "IN csv":
        frame = pl.scan_csv(path, try_parse_dates=True)
    elif name == "IN ndjson":
        frame = pl.scan_ndjson(path)
    elif name == "IN arrow":
        # There is no lazy reading of a stream: it is read within the query.
        frame = None
    else:
        frame = pl.scan_parquet(path)
    when = pl.from_epoch("ts", time_unit="us") if name == "IN ndjson" else ts
    query = None if frame is None else bars(frame, "1m", when)
else:
    frame = pl.read_parquet(path).head(int(rows))
    query = QUERIES[name](frame.lazy())

# As often as the others (`support/children.mjs`): the least counts.
runs = []
started = time.perf_counter()
result = None
while len(runs) < 5 and (not runs or time.perf_counter() - started < 15):
    result = None
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    result = bars(pl.read_ipc_stream(path).lazy(), "1m").collect() if query is None else query.collect()
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF)
    runs.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall))
cpu, wall = min(runs)

# Polars leaves out the windows that begin before the first row, so its answer to W3 is another one.
sums = ["n", "volume", "high", "low"] if name.startswith(("IN", "W2")) else SUMS.get(name)
check = None if sums is None else {"rows": len(result), **{key: float(result[key].cast(pl.Float64).sum()) for key in sums}}
print(json.dumps({"wall_ms": wall * 1000, "cpu_ms": cpu * 1000, "first_cpu_ms": runs[0][0] * 1000, "peak_mb": after.ru_maxrss / 1024, "check": check}))
