"""Files from tables: CSV (RFC 4180), XLSX and SQLite; the same data always gives the same bytes."""
