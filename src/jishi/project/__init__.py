"""Composition only: settings, addresses, the server and the command line."""
