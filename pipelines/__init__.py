"""When and where. Dagster, files, DuckDB; no formula."""
