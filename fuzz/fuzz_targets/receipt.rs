#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| cccheck_fuzz::targets::receipt::run(text));
