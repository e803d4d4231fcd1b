"""Calendars: of universities (terms, holidays), as feeds, and inside the Moodles."""
