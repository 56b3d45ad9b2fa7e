"""The pack of Jilin Province (吉林省): data that the engine finds by the entry point `jishi.pack`."""
