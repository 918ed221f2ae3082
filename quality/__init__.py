"""Judges. What a valid row, table and snapshot is; knows no folder and no Dagster."""
