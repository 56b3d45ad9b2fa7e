"""The public pages of procedures (办事): what each asks and how it runs, publications, documents verified by number."""
