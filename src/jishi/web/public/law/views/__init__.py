"""One module a page of the law."""
