"""The domain rooms; each is a Django app and meets its siblings only at their `api`."""
