"""Finding times: hours of people and universities, own calendars, common weeks, phases over them."""
