"""A simulated Moodle as an LTI 1.3 Advantage platform."""
