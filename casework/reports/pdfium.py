"""PDFium must not be entered by two threads at once, and the server answers in several: who uses it holds this lock.

What PDFium gave out is closed while the lock is held; left to the collector of
garbage, it would be closed at any moment and in any thread.
"""

from threading import Lock

ONE_AT_A_TIME = Lock()
