"""The rooms by kind: what each shows to everybody, and which forms it gives to its own bidders."""
