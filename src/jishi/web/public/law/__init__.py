"""What the pages of the law show: rules as tables, what-if answers, clauses and dated numbers."""
