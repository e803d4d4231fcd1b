"""Pilots and their evidence: figures, packs, the board, attendance, surveys, certificates."""
