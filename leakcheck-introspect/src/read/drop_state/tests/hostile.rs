//! Code that is not drop code must end, and must not be believed.

use std::ops::Range;

use crate::read::{
    drop_state::{
        interpreter::{DropCall, Trace, follow},
        memory_view::ObjectRead,
    },
    fuzzing::tests::Numbers,
    memory::Memory,
};

/// Follows code that lies at the start of `bytes`, for an object that lies at its end.
fn run(bytes: &[u8], object: usize) -> Option<Trace> {
    let start = bytes.as_ptr() as u64;
    let end = start + bytes.len() as u64;
    let object: Range<u64> = end - object as u64..end;
    follow(&Memory::new(), &(start..end), start, object)
}

/// The calls alone, for an object of 32 bytes.
fn calls(bytes: &[u8]) -> Option<Vec<DropCall>> {
    Some(run(bytes, 32)?.calls)
}

/// What an unoptimised function does that drops a field at 16 if the state at 8 is 3.
const PLAIN: &[u8] = &[
    0x48, 0x83, 0xec, 0x18, // sub rsp, 24
    0x48, 0x89, 0x7c, 0x24, 0x08, // mov [rsp + 8], rdi
    0x0f, 0xb6, 0x47, 0x08, // movzx eax, byte [rdi + 8]
    0x83, 0xe8, 0x03, // sub eax, 3
    0x74, 0x05, // je +5
    0x48, 0x83, 0xc4, 0x18, // add rsp, 24
    0xc3, // ret
    0x48, 0x8b, 0x7c, 0x24, 0x08, // mov rdi, [rsp + 8]
    0x48, 0x83, 0xc7, 0x10, // add rdi, 16
    0xe8, 0x00, 0x01, 0x00, 0x00, // call +256
    0x48, 0x83, 0xc4, 0x18, // add rsp, 24
    0xc3, // ret
];

/// Code, and an object of 32 bytes in this state.
fn with_object(code: &[u8], state: u8) -> Vec<u8> {
    let mut bytes = code.to_vec();
    bytes.resize(code.len() + 32, 0xcc);
    bytes[code.len() + 8] = state;
    bytes
}

#[test]
fn plain_code_is_followed() {
    let bytes = with_object(PLAIN, 3);
    let start = bytes.as_ptr() as u64;
    let call = DropCall {
        target: start + 37 + 256,
        argument: start + PLAIN.len() as u64 + 16,
    };
    let read = ObjectRead {
        offset: 8,
        size: 1,
        number: 3,
    };
    let followed = run(&bytes, 32).expect("it is followed");
    assert_eq!(followed.calls, [call]);
    assert_eq!(followed.reads, [read]);
    assert_eq!(calls(&with_object(PLAIN, 4)), Some(Vec::new()));
}

#[test]
fn code_that_is_cut_off_is_not() {
    let whole = with_object(PLAIN, 3);
    let object = &whole[PLAIN.len()..];
    for length in 0..PLAIN.len() {
        // Behind the cut lies nothing that is an instruction.
        let bytes = [&PLAIN[..length], &[0x06; 48], object].concat();
        assert_eq!(run(&bytes, 32), None, "{length}");
        let start = bytes.as_ptr() as u64;
        let program = start..start + length as u64;
        let end = start + bytes.len() as u64;
        let cut = follow(&Memory::new(), &program, start, end - 32..end);
        assert_eq!(cut, None, "{length}");
    }
}

#[test]
fn what_optimised_code_does_is_refused() {
    let refused: [&[u8]; 9] = [
        // cmp byte [rdi + 8], 3; jne +4; add rdi, 16; call +0; ret: the argument stays in its register.
        &[
            0x80, 0x7f, 0x08, 0x03, 0x75, 0x09, 0x48, 0x83, 0xc7, 0x10, 0xe8, 0, 0, 0, 0, 0xc3,
        ],
        // lock dec qword [rdi]; ret
        &[0xf0, 0x48, 0xff, 0x0f, 0xc3],
        // mov qword [rdi], 0; ret
        &[0x48, 0xc7, 0x07, 0, 0, 0, 0, 0xc3],
        // mov byte [rdi], 1; ret
        &[0xc6, 0x07, 0x01, 0xc3],
        // mov rax, [rdi + 16]; mov rax, [rax]; ret: what it points to.
        &[0x48, 0x8b, 0x47, 0x10, 0x48, 0x8b, 0x00, 0xc3],
        // jmp to itself
        &[0xeb, 0xfe],
        // push rdi; ret: somewhere else than to the caller.
        &[0x57, 0xc3],
        // push rdi, for ever
        &[0x57, 0xeb, 0xfd],
        // call +0; call +0: an argument that nobody set.
        &[0xe8, 0, 0, 0, 0, 0xe8, 0, 0, 0, 0, 0xc3],
    ];
    for code in refused {
        assert_eq!(run(&with_object(code, 3), 32), None, "{code:x?}");
    }
}

#[test]
fn a_cleared_flag_reads_as_cleared() {
    // mov byte [rdi + 8], 0; mov rax, [rdi + 8]; test al, al; je +1; ud2 without its second byte; ret
    let code = [
        0xc6, 0x47, 0x08, 0x00, 0x48, 0x8b, 0x47, 0x08, 0x84, 0xc0, 0x74, 0x01, 0x0f, 0xc3,
    ];
    assert_eq!(calls(&with_object(&code, 3)), Some(Vec::new()));
}

#[test]
fn bytes_without_sense_end() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..4_000 {
        let bytes: Vec<u8> = (0..16).flat_map(|_| numbers.next().to_le_bytes()).collect();
        let followed = run(&bytes, 64);
        // By chance it may return before it does anything.
        let is_nothing = followed.is_none_or(|followed| followed.calls.is_empty());
        assert!(is_nothing, "{bytes:x?}");
    }
}

#[test]
fn plain_code_with_a_wrong_byte_ends() {
    let whole = with_object(PLAIN, 3);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for at in 0..PLAIN.len() {
        for _ in 0..40 {
            let mut bytes = whole.clone();
            let number = numbers.next().to_le_bytes();
            bytes[at] = number[0];
            bytes[usize::from(number[1]) % PLAIN.len()] = number[2];
            assert!(calls(&bytes).is_none_or(|calls| calls.len() < 3));
        }
    }
}
