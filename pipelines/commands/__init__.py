"""What single `sqm` commands do besides running the night, one module per command."""
