//! What is found out before `main`: the loader's own locks must not be needed where a signal handler, or a child that was forked,
//! calls a function for the first time.

use super::{real_fns, threads};

#[used]
#[unsafe(link_section = ".init_array")]
static LOOK_UP: extern "C" fn() = look_up;

extern "C" fn look_up() {
    real_fns::descriptors::look_up();
    real_fns::look_up();
    threads::is_off();
    // Its destructor comes before those of keys that are made later.
    threads::key();
}
