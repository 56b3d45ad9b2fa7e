"""Panels: experts drawn by lot with recusal, in odd number, and what their secret ballots decide."""
