"""Everything outside: one folder per outside system."""
