"""What pairings and joint sessions are: states, changes, forms, who may see them; nothing is written."""
