//! Whose a token is: the tenant's key that signed it is found, and public keys are read from where the tenant has them.

use super::ServiceError;
use crate::database::Database;
use crate::database::callers::{Algorithm, Counted, TokenKey};
use crate::ports::{Fetch, RuntimeClock, signature};
use crate::settings::Settings;
use crate::token::{Refusal, Token};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use kalends::Instant;
use kalends::outbound::Reach;
use kalends::port::{Clock, Method, Request, Transport};
use kalends::vault::Scope as VaultScope;
use serde_json::Value;
use url::Url;

/// For so many milliseconds public keys are not asked for again.
const KEPT: i64 = 10 * 60_000;

/// Nor for so many milliseconds where a token names a key that is not among them.
const KEPT_AT_LEAST: i64 = 60_000;

/// How many public keys of one address are kept.
const KEYS: usize = 20;

/// RSA keys of fewer bytes are too weak (RFC 7518 3.3).
const RSA_BYTES: usize = 256;

const NOT_KNOWN: Refusal = Refusal::Invalid("no key of this kid or iss is known");
const FORGED: Refusal = Refusal::Invalid("no key that the token fits has signed it");
const TWO: Refusal = Refusal::Invalid("two applications sign such tokens; a kid or aud says which is meant");

/// The count of the token's owner with the tenant whose key has signed it.
pub async fn signer(
    database: &Database,
    settings: &Settings,
    token: &Token<'_>,
    origin: Option<&str>,
) -> Result<Result<Counted, Refusal>, ServiceError> {
    let now = RuntimeClock.now();
    let user = format!("owner {}", token.claims.sub);
    let (key, issuer) = (token.key.as_deref(), token.claims.iss.as_deref());
    let calls = database.count_token(key, issuer, &user, origin, now).await?;
    if calls.is_empty() {
        return Ok(Err(NOT_KNOWN));
    }
    let (mut signed, mut others) = (Vec::new(), Vec::new());
    for call in calls {
        let mut is_signed = false;
        for key in call.keys()?.iter().filter(|key| token.fits(key)) {
            is_signed |= has_signed(database, settings, &call.counted.tenant, key, token, now).await?;
        }
        let side = if is_signed { &mut signed } else { &mut others };
        side.push(call.counted);
    }
    let refusal = if signed.is_empty() { FORGED } else { TWO };
    let one = if signed.len() == 1 { signed.pop() } else { None };
    others.append(&mut signed);
    if !others.is_empty() {
        database.count_back(&others).await?;
    }
    Ok(one.ok_or(refusal))
}

async fn has_signed(
    database: &Database,
    settings: &Settings,
    tenant: &str,
    key: &TokenKey,
    token: &Token<'_>,
    now: Instant,
) -> Result<bool, ServiceError> {
    if let Some(sealed) = key.sealed() {
        let secret = settings.vault.mac_key(&sealed, VaultScope { tenant, connection: &key.id })?;
        return Ok(secret.verifies(token.signed.as_bytes(), &token.signature));
    }
    let mut known = key.public_keys();
    let named = |jwk: &Value| {
        token.key.as_deref().is_none_or(|kid| kid == key.id || jwk["kid"].as_str() == Some(kid))
    };
    if let Some(url) = &key.jwks_url {
        let age = now.millis() - key.jwks_read_at.unwrap_or_default();
        if age > KEPT || age > KEPT_AT_LEAST && !known.iter().any(named) {
            let read = public_keys(settings.reach, url, key.algorithm).await.ok();
            let text = read.as_ref().map(|keys| Value::from(keys.clone()).to_string());
            database.keep_public_keys(&key.id, text.as_deref(), now).await?;
            known = read.unwrap_or(known);
        }
        known.retain(named);
    }
    for jwk in &known {
        if signature::verified(key.algorithm, jwk, token.signed, &token.signature).await {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The public keys that lie at an address (a JWK Set, RFC 7517), each reduced to what it needs. Whatever else lies there,
/// or nothing, is one error in the same words.
pub async fn public_keys(reach: Reach, url: &str, algorithm: Algorithm) -> Result<Vec<Value>, ServiceError> {
    let invalid = |sentence| ServiceError::Invalid { field: "jwksUrl", sentence };
    let url: Url = reach.parse(url).map_err(|error| invalid(error.to_string()))?;
    let mut request = Request::new(Method::Get, url).header("accept", "application/json");
    request.max_bytes = 1 << 16;
    let answer = Fetch.send(request).await.ok().filter(|answer| answer.status == 200);
    let set: Option<Value> = answer.and_then(|answer| serde_json::from_str(&answer.body).ok());
    let mut keys = Vec::new();
    for jwk in set.iter().flat_map(|set| set["keys"].as_array()).flatten() {
        if keys.len() < KEYS
            && let Some(key) = public_key(jwk, algorithm).await
        {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        let sentence = format!("No public key for {} can be read at jwksUrl", algorithm.as_str());
        return Err(invalid(sentence));
    }
    Ok(keys)
}

/// A JWK reduced to what it needs, if it is a public key for this algorithm.
pub async fn public_key(jwk: &Value, algorithm: Algorithm) -> Option<Value> {
    let for_signatures = jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let length = |name: &str| {
        let bytes = jwk[name].as_str().and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok());
        bytes.map_or(0, |bytes| bytes.len())
    };
    let fits = match algorithm {
        Algorithm::EdDsa => jwk["kty"] == "OKP" && jwk["crv"] == "Ed25519" && length("x") == 32,
        Algorithm::Rs256 => jwk["kty"] == "RSA" && length("n") >= RSA_BYTES,
        Algorithm::Hs256 => false,
    };
    if !fits || !for_signatures || !signature::is_key(algorithm, jwk).await {
        return None;
    }
    let kept = signature::members(algorithm).iter().chain(&["kid"]);
    Some(kept.filter_map(|name| Some(((*name).to_owned(), jwk.get(name)?.clone()))).collect())
}
