"""What the law says and since when: clauses and the dated numbers that rest on them."""
