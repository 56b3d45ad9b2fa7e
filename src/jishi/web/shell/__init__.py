"""The shell every page stands in: masthead, styles, scripts, error pages, template tags. Knows no domain."""
