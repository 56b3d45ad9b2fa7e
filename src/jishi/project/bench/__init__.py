"""Benches of the running server: real processes on a database of their own, real HTTP on loopback, JSON at the end.

They measure and then verify what was promised. They refuse to touch a database that stood before.
"""
