"""The verifier one carries away: one file that checks a bundle on any machine with a bare Python.

`build` writes the file from the sources that run here, `command` is what runs in it. Nothing here
may import the web framework: it is not in the file.
"""
