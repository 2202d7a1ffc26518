#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cccheck_fuzz::targets::keys::run(bytes));
