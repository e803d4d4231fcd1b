"""COIL Bridge: courses paired across Moodles, joint sessions, evidence."""
