"""Rules as rows: a grammar for conditions, tables that decide, and why they did; it never guesses."""
