"""What the pages of the measures (措施) show: what carries each, how far it runs, and honestly what is missing."""
