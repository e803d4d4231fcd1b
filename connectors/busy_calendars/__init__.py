"""When somebody is busy, by a calendar of their own that they have named."""

from connectors.busy_calendars.expanding import Busy, CalendarUnreadable, NoCalendar, TooMuch, busy_times
from connectors.busy_calendars.reading import read_busy

__all__ = ["Busy", "CalendarUnreadable", "NoCalendar", "TooMuch", "busy_times", "read_busy"]
