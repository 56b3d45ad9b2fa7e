"""Composition: settings, addresses, servers and the command line; nothing else imports this floor."""
