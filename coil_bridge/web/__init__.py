"""The pages: one blueprint per file, schemas at the edge."""
