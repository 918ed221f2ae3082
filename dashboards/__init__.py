"""Shows. Reads the published snapshot through `pipelines.snapshots`; computes no metric."""
