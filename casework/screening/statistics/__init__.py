"""Statistics over plain numbers, each with its source: intervals, funnels, tails, tests of many and changes in time.

Nothing here knows a record, a unit or a rule, so that each function can be held
against published figures and against other software. Shares lie in [0, 1];
counts are numbers of persons; arrays of one call have one length. A value that
no data could have (more marked than counted, a share above one) is a
ValueError: it is a fault of the caller, never of the data.
"""
