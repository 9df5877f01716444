#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "each target uses one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|text: &str| properties::sql(text));
