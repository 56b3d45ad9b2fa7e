"""Platform floor: evidence log, clock, identity, files, access, search. It refuses to know any factor or market."""
