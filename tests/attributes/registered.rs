//! Runs this binary again: each test is listed once, and the body of each runs exactly when it should.
