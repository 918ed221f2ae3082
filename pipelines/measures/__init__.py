"""Stage 3, measures: sums per day and slice, from which every metric is divided."""
