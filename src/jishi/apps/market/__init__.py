"""The market room: an offering from draft to published result. It refuses to hold money or parties' secrets."""
