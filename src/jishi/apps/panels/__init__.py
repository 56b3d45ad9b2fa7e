"""Panels (评审委员会): the pool of experts, panels drawn from it, their marks and secret ballots."""
