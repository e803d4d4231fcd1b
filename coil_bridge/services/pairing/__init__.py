"""Pairings: proposing, every move, what is told of them."""
