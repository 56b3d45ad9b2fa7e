"""Rules of a pack: files of facts, rows and dated cases become a rule book, or problems that name their place."""
