"""What changes a sealing: name and form the committee, file envelopes, publish keys, open."""
