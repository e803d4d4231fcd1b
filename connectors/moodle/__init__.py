"""A partner's Moodle, reached through its core web services; see README.md."""
