//! Signatures with public keys, by the runtime's Web Crypto.

use crate::database::callers::Algorithm;
use js_sys::{Array, Object, Reflect};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

/// The members of a JWK (RFC 7517) that make up a public key; whatever else it says is left aside.
pub fn members(algorithm: Algorithm) -> &'static [&'static str] {
    match algorithm {
        Algorithm::EdDsa => &["kty", "crv", "x"],
        Algorithm::Rs256 => &["kty", "n", "e"],
        Algorithm::Hs256 => &[],
    }
}

/// Whether a message was signed by the holder of a public key. What is no such key has signed nothing.
pub async fn verified(algorithm: Algorithm, jwk: &Value, message: &str, signature: &[u8]) -> bool {
    let verified = verify(algorithm, jwk, message, signature).await;
    verified.ok().and_then(|verified| verified.as_bool()).unwrap_or(false)
}

/// Whether the runtime takes a JWK for a public key of this kind.
pub async fn is_key(algorithm: Algorithm, jwk: &Value) -> bool {
    import(algorithm, jwk).await.is_ok()
}

async fn verify(
    algorithm: Algorithm,
    jwk: &Value,
    message: &str,
    signature: &[u8],
) -> Result<JsValue, JsValue> {
    let key = import(algorithm, jwk).await?;
    let (subtle, how) = (subtle()?, how(algorithm)?);
    let verifying =
        subtle.verify_with_object_and_u8_array_and_u8_array(&how, &key, signature, message.as_bytes())?;
    JsFuture::from(verifying).await
}

async fn import(algorithm: Algorithm, jwk: &Value) -> Result<web_sys::CryptoKey, JsValue> {
    let key = Object::new();
    for name in members(algorithm) {
        let value = jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        Reflect::set(&key, &(*name).into(), &value.into())?;
    }
    let usages = Array::of1(&"verify".into());
    let importing =
        subtle()?.import_key_with_object("jwk", &key, &how(algorithm)?, false, usages.as_ref())?;
    JsFuture::from(importing).await?.dyn_into()
}

fn how(algorithm: Algorithm) -> Result<Object, JsValue> {
    let how = Object::new();
    let name = match algorithm {
        Algorithm::EdDsa => "Ed25519",
        Algorithm::Rs256 => "RSASSA-PKCS1-v1_5",
        Algorithm::Hs256 => return Err(JsValue::from_str("a secret is no public key")),
    };
    Reflect::set(&how, &"name".into(), &name.into())?;
    if algorithm == Algorithm::Rs256 {
        Reflect::set(&how, &"hash".into(), &"SHA-256".into())?;
    }
    Ok(how)
}

fn subtle() -> Result<web_sys::SubtleCrypto, JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?;
    Ok(crypto.unchecked_into::<web_sys::Crypto>().subtle())
}
