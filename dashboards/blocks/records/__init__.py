"""What the page Records is made of: the search, and all that is known of one record."""
