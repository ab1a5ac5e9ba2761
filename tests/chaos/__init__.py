"""The service under real faults: real workers, schedulers and servers are killed, frozen and emptied while it sends.

`python -m tests.chaos --seconds 60` prints one line of facts. What was sent is
counted in the log of the carrier, a process of its own that no fault reaches.
A naive variant of the protocol works beside ours under the same faults: where it
loses and repeats nothing, the run has proved nothing.
"""
