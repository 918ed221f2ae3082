"""What the page Budget vs actual is made of: opening, statement, matrix, one line in depth."""
