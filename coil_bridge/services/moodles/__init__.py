"""Partners' Moodles: connecting them, reading their courses and people."""
