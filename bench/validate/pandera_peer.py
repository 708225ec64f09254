"""The rules in pandera on pandas. Usage: pandera_peer.py DATA RULES_JSON"""
import json
import sys

import pandas as pd
import pandera.pandas as pa

path = sys.argv[1]
with open(sys.argv[2]) as file:
    rules = json.load(file)
frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, parse_dates=["at"])
columns = {name: {"checks": [], "nullable": True, "unique": False} for name in frame.columns}
for rule in rules:
    kind, column = rule["kind"], columns.get(rule.get("column"))
    if kind == "required":
        column["nullable"] = False
    elif kind == "unique":
        column["unique"] = True
    elif kind == "range":
        column["checks"].append(pa.Check.in_range(rule["min"], rule["max"]))
    elif kind == "values":
        column["checks"].append(pa.Check.isin(rule["values"]))
least = next(rule["min"] for rule in rules if rule["kind"] == "row count")
schema = pa.DataFrameSchema(
    {name: pa.Column(**column) for name, column in columns.items()}, checks=pa.Check(lambda data: len(data) > least)
)
schema.validate(frame, lazy=True)
print(len(frame), "rows passed")
