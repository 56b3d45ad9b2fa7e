"""Settlement (结算): deposits in escrow, refunds, contracts, the price and the entry in the register.

Every fen is booked twice and in whole; nothing here lends, nets between parties or pays interest. The bank is an
interface: what ships is a sandbox that says so.
"""
