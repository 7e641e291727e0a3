# Debug info of types that have no end: a structure that contains itself eight times, another name for itself, an array of
# itself, and an enum that is its own discriminant.

    .section .debug_abbrev
    .byte 1, 0x11, 1, 0, 0                              # compile unit
    .byte 2, 0x13, 1, 0x03, 0x08, 0x0b, 0x0b, 0, 0      # structure: name, size
    .byte 3, 0x0d, 0, 0x03, 0x08, 0x49, 0x13, 0x38, 0x0b, 0, 0 # member: name, type, place
    .byte 4, 0x16, 0, 0x03, 0x08, 0x49, 0x13, 0, 0      # other name: name, type
    .byte 5, 0x01, 1, 0x49, 0x13, 0, 0                  # array: type
    .byte 6, 0x21, 0, 0x37, 0x06, 0, 0                  # its length
    .byte 7, 0x33, 1, 0x15, 0x13, 0, 0                  # variants: discriminant
    .byte 8, 0x19, 1, 0x16, 0x0b, 0, 0                  # variant: value
    .byte 0

    .section .debug_info
unit:
    .long end - start
start:
    .value 4
    .long 0
    .byte 8
    .byte 1
structure:
    .byte 2
    .asciz "Structure"
    .byte 8
    .irp name, a, b, c, d, e, f, g, h
    .byte 3
    .asciz "\name"
    .long structure - unit
    .byte 0
    .endr
    .byte 3
    .asciz "other"
    .long other - unit
    .byte 0
    .byte 3
    .asciz "array"
    .long array - unit
    .byte 0
    .byte 3
    .asciz "choice"
    .long choice - unit
    .byte 0
    .byte 0
other:
    .byte 4
    .asciz "Other"
    .long other - unit
array:
    .byte 5
    .long array - unit
    .byte 6
    .long 0xffffffff
    .byte 0
choice:
    .byte 2
    .asciz "{async_fn_env#0}"
    .byte 8
    .byte 7
    .long discriminant - unit
discriminant:
    .byte 3
    .asciz ""
    .long choice - unit
    .byte 0
    .byte 8
    .byte 0
    .byte 3
    .asciz "Suspend0"
    .long choice - unit
    .byte 0
    .byte 0
    .byte 0
    .byte 0
    .byte 0
end:
