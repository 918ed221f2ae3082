"""Stage 5, release: a candidate is judged, and published as a snapshot only if it passes."""
