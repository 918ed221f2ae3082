"""What the page on outlets and people is made of: who stands out, places, one person, scores."""
