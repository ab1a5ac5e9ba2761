"""casework remembers and serves: tables, operations, HTTP, jobs, command line.

How things flow through the rooms:

    people → rounds → intake → screening → cases → reports → filing
                                       deadlines → notices → overview
"""
