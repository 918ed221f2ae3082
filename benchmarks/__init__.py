"""How fast the pipeline is, and in how much memory, beside a reference in the same run.

`python -m benchmarks.NAME [--rows N]` ends with one JSON line: at least `ratio` (ours / reference,
their answers found equal first) and `peak_mb`. To add one: a module here with a `main`, a line in
README.md and one in tests/test_benchmarks.py.
"""
