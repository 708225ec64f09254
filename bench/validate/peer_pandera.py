"""The thirty rules in pandera on pandas. Usage: peer_pandera.py FILE ROWS"""
import sys

import pandas as pd
import pandera.pandas as pa

path, rows = sys.argv[1], int(sys.argv[2])
frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, parse_dates=["at"])
columns = {"id": pa.Column(int, nullable=False, unique=True)}
for k in range(20):
    checks = [pa.Check.in_range(-1000, 100000)] if k < 10 else []
    columns[f"n{k}"] = pa.Column(checks=checks, nullable=not 10 <= k < 18)
for k in range(8):
    columns[f"c{k}"] = pa.Column(checks=pa.Check.isin([f"c{level}" for level in range(5 + 6 * k)]), nullable=True)
columns["at"] = pa.Column(nullable=False)
schema = pa.DataFrameSchema(columns, checks=pa.Check(lambda data: len(data) > 1000))
schema.validate(frame, lazy=True)
print(len(frame), "rows passed")
