#!/usr/bin/env bash
# Makes the small executables in `sections` anew, and the first inputs in `memory`. Needs binutils.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Object files whose sections are put in place, without anything that they call.
build() {
  local name=$1
  shift
  rustc --edition 2024 --emit obj -g -C panic=abort --remap-path-prefix "$PWD=." --remap-path-prefix "$work=." \
    --out-dir "$work" "$@" tiny.rs
  local objects=("$work"/tiny.o)
  [ -e "${objects[0]}" ] || objects=("$work"/*.o)
  ld -shared --unresolved-symbols=ignore-all -o "sections/$name" "${objects[@]}"
  chmod -x "sections/$name"
  rm "$work"/*
}

build version-4 -C codegen-units=2
build version-5 -C codegen-units=2 -C dwarf-version=5
build optimised -C codegen-units=1 -C opt-level=2
build skeleton -C codegen-units=1 -C split-debuginfo=unpacked -C dwarf-version=5
build lines-only -C codegen-units=1 -C debuginfo=line-tables-only
objcopy --compress-debug-sections=zlib sections/version-4 sections/compressed
objcopy --remove-section .debug_aranges sections/version-5 sections/without-aranges

as -o "$work/endless.o" endless.s
ld -shared -o sections/endless "$work/endless.o"
chmod -x sections/*

# Which task, how many words, and for each how, where (two bytes) and with what (eight bytes).
printf '\0\0' >memory/as-it-is
printf '\1\1\0\100\0\377\377\377\377\377\377\377\377' >memory/a-word
printf '\2\2\1\120\0\0\1\0\0\0\0\0\0\2\150\0\40\0\0\0\0\0\0\0behind the task' >memory/pointers-into-itself
printf '\3\2\3\100\0\10\0\0\0\0\0\0\0\4\170\0\0\20\0\0\0\0\0\0' >memory/pointers-elsewhere
printf '\4\1\205\60\0\3\0\0\0\0\0\0\0' >memory/a-byte
