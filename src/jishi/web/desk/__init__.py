"""The room of the staff: inbox by statutory clock, offerings, registers, money, oversight."""
