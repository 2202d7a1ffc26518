//! Receipts: as they come, and with the text as payload of a receipt signed with the right key.
use crate::trust::{key, keys, now};
use crate::{memory, receipts};
use cccheck::receipt::{MAX_BYTES, ReceiptError, Request, sign, verify};
use cccheck::{Claim, Instant, trust::CLOCK_SKEW_SECONDS};

pub fn run(text: &str) {
    let (keys, request) = (keys(), receipts::request());
    // Base64, its text and what JSON makes of that: each at most a few times the input.
    let read = |text: &str| memory::within(64 * text.len() + 16_384, || verify(text, &keys, &request, now()));
    if read(text).is_ok() {
        assert_eq!(text, receipts::honest(), "nobody else can sign");
    }
    let signed = sign(text, &key("receipt"));
    match read(&signed) {
        Ok(receipt) => {
            assert_eq!(receipt.payload, text);
            assert!(receipt.issued_at <= now().plus_seconds(CLOCK_SKEW_SECONDS));
            assert_eq!(Instant::from_seconds(receipt.issued_at.seconds()), Some(receipt.issued_at));
            assert!(text.contains("\"claim\"") || text.contains('\\'));
            let other = Request { claim: Claim::default(), ..request.clone() };
            assert_eq!(verify(&signed, &keys, &other, now()), Err(ReceiptError::Claim));
        }
        Err(error) => {
            assert!(signed.len() <= MAX_BYTES || error == ReceiptError::Malformed);
            assert!(!matches!(error, ReceiptError::Signature | ReceiptError::UnknownKey | ReceiptError::Algorithm));
        }
    }
}
