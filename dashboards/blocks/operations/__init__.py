"""What the page Operations is made of: how the nights went, and when the next one is."""
