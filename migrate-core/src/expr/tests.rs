//! Laws of comparisons.
