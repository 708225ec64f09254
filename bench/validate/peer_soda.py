"""The thirty rules in Soda on DuckDB. Usage: peer_soda.py FILE ROWS"""
import sys

import duckdb
from soda.scan import Scan

path, rows = sys.argv[1], int(sys.argv[2])
reader = "read_parquet" if path.endswith(".parquet") else "read_csv_auto"
connection = duckdb.connect()
connection.execute(f"CREATE VIEW t AS SELECT * FROM {reader}('{path}')")

lines = ["checks for t:", "  - row_count > 1000", "  - missing_count(id) = 0", "  - duplicate_count(id) = 0"]
for k in range(10):
    lines += [f"  - invalid_count(n{k}) = 0:", "      valid min: -1000", "      valid max: 100000"]
lines += [f"  - missing_count(n{k}) = 0" for k in range(10, 18)]
for k in range(8):
    values = ", ".join(f"c{level}" for level in range(5 + 6 * k))
    lines += [f"  - invalid_count(c{k}) = 0:", f"      valid values: [{values}]"]
lines += ["  - missing_count(at) = 0"]

scan = Scan()
scan.disable_telemetry()
scan.add_duckdb_connection(connection)
scan.set_data_source_name("duckdb")
scan.add_sodacl_yaml_str("\n".join(lines))
scan.execute()
checks = scan.get_scan_results()["checks"]
failed = [check["name"] for check in checks if check["outcome"] != "pass"]
print(len(checks), "rules,", len(failed), "failed", failed[:3])
sys.exit(0 if len(checks) == 30 and not failed else 1)
