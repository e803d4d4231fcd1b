"""When somebody is busy, by a calendar of their own that they have named."""

from connectors.busy_calendars.expanding import Busy, TooMuch, busy_times
from connectors.busy_calendars.reading import CalendarUnreadable, NoCalendar, read_busy

__all__ = ["Busy", "CalendarUnreadable", "NoCalendar", "TooMuch", "busy_times", "read_busy"]
