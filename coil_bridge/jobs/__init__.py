"""Declared jobs and the worker that runs them."""
