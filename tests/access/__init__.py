"""Who may see and do what, tried on every route: the tables of the routes, and an office in which they are tried."""
