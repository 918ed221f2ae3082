"""Stage 2, records: batches are mapped and judged; of good rows the newest version counts."""
