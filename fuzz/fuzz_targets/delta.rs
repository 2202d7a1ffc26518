#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| cccheck_fuzz::targets::delta::run(input));
