use std::time::Duration;

use super::*;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[test]
fn pointers_may_be_in_what_can_be_written_and_in_what_is_in_no_file() {
    for (line, expected) in [
        ("1000-2000 rw-p 00000000 00:00 0", true),
        (
            "1000-2000 rw-p 00000000 00:00 0                    [heap]",
            true,
        ),
        (
            "1000-2000 rw-p 00003000 08:01 77                   /bin/program",
            true,
        ),
        ("1000-2000 r--p 00000000 00:00 0", true),
        ("1000-2000 rwxp 00000000 00:00 0", true),
        (
            "1000-2000 rw-s 00000000 00:01 9                    /memfd:shared (deleted)",
            true,
        ),
        (
            "1000-2000 r--p 00000000 08:01 77                   /bin/program",
            false,
        ),
        (
            "1000-2000 r-xp 00000000 08:01 77                   /bin/program",
            false,
        ),
        ("1000-2000 ---p 00000000 00:00 0", false),
        (
            "1000-2000 r--p 00000000 00:00 0                    [vvar]",
            false,
        ),
        (
            "1000-2000 r-xp 00000000 00:00 0                    [vdso]",
            false,
        ),
        ("nonsense", false),
        ("", false),
    ] {
        let span = expected.then(|| Span::new(0x1000, 0x2000));
        assert_eq!(parse(line), span, "{line}");
    }
}

#[test]
fn what_overlaps_or_touches_is_one() {
    let spans = [(0, 5), (5, 7), (9, 20), (10, 12), (30, 31)];
    let spans = spans.map(|(start, end)| Span::new(start, end)).to_vec();
    let expected = [(0, 7), (9, 20), (30, 31)];
    assert_eq!(
        merged(spans),
        expected.map(|(start, end)| Span::new(start, end))
    );
}

#[test]
fn everything_is_read_but_what_is_gone() {
    const PAGE: usize = 4096;
    const PAGES: usize = 200;
    let start = memory::map(PAGE * PAGES).expect("there is memory") as usize;
    let hole = start + 70 * PAGE;
    // SAFETY: the memory is ours, and the hole is not touched any more.
    unsafe {
        for word in (start..start + PAGE * PAGES).step_by(8) {
            (word as *mut usize).write(word - start);
        }
        assert_eq!(libc::mprotect(hole as *mut _, PAGE, libc::PROT_NONE), 0);
    }
    let mut buffer = Buffer::new().expect("there is memory");
    let mut found = Vec::new();
    let span = Span::new(start + 16, start + PAGE * PAGES - 3);
    let read = buffer.read(span, soon(), |words| found.extend_from_slice(words));
    assert_eq!(read, Read::All);
    let words = (16..PAGE * PAGES - 8).step_by(8);
    let expected = words.filter(|at| at / PAGE != 70);
    assert!(found.iter().copied().eq(expected));
    memory::unmap(start as *mut u8, PAGE * PAGES);
}

#[test]
fn what_takes_too_long_is_not_read_to_its_end() {
    let words = vec![1_usize; 1 << 20];
    let start = words.as_ptr() as usize;
    let span = Span::new(start, start + (8 << 20));
    let mut buffer = Buffer::new().expect("there is memory");
    assert_eq!(buffer.read(span, Instant::now(), |_| ()), Read::Late);
}

#[test]
fn what_is_touched_and_not_ours_may_have_pointers() {
    let touched = Box::new(7_usize);
    let at = std::ptr::from_ref(&*touched) as usize;
    let own = memory::keep(7_usize).expect("there is memory");
    let own = std::ptr::from_ref(own) as usize;
    let buffer = Buffer::new().expect("there is memory");
    let from = Standpoint::here();
    let has = |others: &[Span], address: usize| {
        let spans = regions(&from, &buffer, others).expect("the kernel tells");
        let mut spans = spans.iter();
        spans.any(|span| span.start.address() <= address && address < span.end.address())
    };
    assert!(has(&[], at));
    assert!(
        has(&[], std::ptr::from_ref(&from) as usize),
        "callers count"
    );
    assert!(!has(&[Span::new(at, at + 8)], at));
    assert!(!has(&[], own), "it is ours");
    assert!(!has(&[], buffer.0.as_ptr() as usize), "it has copies");
    // SAFETY: nobody else knows of the mapping, which stays.
    let fresh = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            1 << 20,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    assert!(
        !has(&[], fresh as usize + (1 << 19)),
        "it was never touched"
    );
}
