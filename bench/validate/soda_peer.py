"""The rules in Soda on DuckDB. Usage: soda_peer.py DATA RULES_JSON"""
import json
import sys

import duckdb
from soda.scan import Scan

path = sys.argv[1]
with open(sys.argv[2]) as file:
    rules = json.load(file)
reader = "read_parquet" if path.endswith(".parquet") else "read_csv_auto"
connection = duckdb.connect()
connection.execute(f"CREATE VIEW t AS SELECT * FROM {reader}('{path}')")
lines = ["checks for t:"]
for rule in rules:
    kind, column = rule["kind"], rule.get("column")
    if kind == "row count":
        lines.append(f"  - row_count > {rule['min']}")
    elif kind == "required":
        lines.append(f"  - missing_count({column}) = 0")
    elif kind == "unique":
        lines.append(f"  - duplicate_count({column}) = 0")
    elif kind == "range":
        lines += [f"  - invalid_count({column}) = 0:", f"      valid min: {rule['min']}", f"      valid max: {rule['max']}"]
    else:
        lines += [f"  - invalid_count({column}) = 0:", f"      valid values: [{', '.join(rule['values'])}]"]
scan = Scan()
scan.disable_telemetry()
scan.add_duckdb_connection(connection)
scan.set_data_source_name("duckdb")
scan.add_sodacl_yaml_str("\n".join(lines))
scan.execute()
checks = scan.get_scan_results()["checks"]
failed = [check["name"] for check in checks if check["outcome"] != "pass"]
print(len(checks), "rules,", len(failed), "failed", failed[:3])
sys.exit(0 if len(checks) == len(rules) and not failed else 1)
