"""Data only: defaults and the demo consortium."""
