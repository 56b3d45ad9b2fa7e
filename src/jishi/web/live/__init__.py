"""The live room's stream: server-sent events for watchers, apart from Django's request cycle. It changes nothing."""
