"""What may be done in a case; each action is one transaction with its evidence."""
