"""What the product does, one capability a file; no Flask, no SQL text, no HTTP."""
