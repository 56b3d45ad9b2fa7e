"""The room of those who bid (竞买人): what waits for them, their parties, applications, deposits, contracts."""
