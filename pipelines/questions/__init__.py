"""What may be asked of a published snapshot: by pages, by commands, and by the night itself.

Nothing here needs Dagster, and nothing writes.
"""
