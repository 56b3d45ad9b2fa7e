"""Evidence: canonical bytes, hashes, signatures, bundles and the checks a stranger runs."""
