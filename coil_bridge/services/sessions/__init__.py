"""Joint sessions: previewing, planning, changing, series, what follows new zone rules."""
