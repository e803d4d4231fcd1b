"""Pure time: zones, series, everybody's clock, calendar files. The rule is in README.md.

Nothing is re-exported here: callers import from the module that owns the subject
(``from scheduling.zones import to_instant``), so that an import says what it depends on.
"""
