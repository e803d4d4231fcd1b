"""Coming from a course in Moodle (LTI 1.3), and what goes back there."""
