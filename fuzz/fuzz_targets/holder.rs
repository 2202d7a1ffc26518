#![no_main]

libfuzzer_sys::fuzz_target!(|name: &str| cccheck_fuzz::targets::holder::run(name));
