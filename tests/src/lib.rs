//! Nothing of its own: the tests of the whole are in `it/` and `ui/`.
