"""What the page Data quality is made of: accounts of rows, freshness, held rows, the report."""
