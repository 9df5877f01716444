//! Where a server for tests comes from: the environment, a container, a program of this machine.
