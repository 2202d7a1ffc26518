//! An honest receipt, and the request that it answers.

use crate::trust::{ORIGIN, key, now};
use cccheck::Claim;
use cccheck::receipt::{Request, sign};

pub fn request() -> Request {
    let claim = Claim { number: Some("2020900201000001".into()), ..Claim::default() };
    Request { claim, nonce: "0123456789abcdef".into() }
}

pub fn payload() -> String {
    format!(
        r#"{{"iss":"{ORIGIN}","iat":{},"jti":"receipt-1","nonce":"0123456789abcdef","sequence":3,"claim":{{"number":"2020900201000001"}},"verdict":{{"outcome":"checked","decision":"accept","findings":[{{"code":"status.revoked","values":{{"a":"\\\"\u4e2d"}}}}]}}}}"#,
        now().seconds()
    )
}

pub fn honest() -> String {
    sign(&payload(), &key("receipt"))
}
