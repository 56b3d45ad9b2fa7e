"""What changes panels: the pool, convening and drawing, seats, marks, ballots, closing."""
