"""Computes. Frames in, frame out: no disk, no clock, no Dagster, no Streamlit."""
