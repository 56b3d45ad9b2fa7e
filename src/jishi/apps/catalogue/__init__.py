"""What the exchange tells other catalogues: OCDS 1.1 releases of its offerings. No tables; drafts are refused."""
