"""Everything of one area, wired once; ``services.bundle`` holds them all."""
