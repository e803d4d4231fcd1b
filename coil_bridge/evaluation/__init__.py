"""Pseudonyms and the participation dataset: pure functions over values, and writers."""
