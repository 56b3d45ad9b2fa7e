"""What people and programs see: rooms by audience over one shell. Calls actions, reads and api, never models."""
