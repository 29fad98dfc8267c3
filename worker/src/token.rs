//! Tokens that a tenant signs for one owner: JSON Web Tokens (RFC 7519), as strictly as RFC 8725 asks.

use crate::database::callers::{Algorithm, TokenKey};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use kalends::Instant;
use serde::Deserialize;

/// The longest token in bytes.
const LONGEST: usize = 8192;

/// How many seconds a tenant's clock may be ahead of ours.
const AHEAD: f64 = 60.0;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its time is over.
    Expired,
    /// Anything else; the reason is for whoever writes the application.
    Invalid(&'static str),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

/// What a token says.
#[derive(Deserialize)]
pub struct Claims {
    /// The owner.
    pub sub: String,
    exp: Option<f64>,
    nbf: Option<f64>,
    /// Who signed it.
    pub iss: Option<String>,
    aud: Option<Audience>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// A token whose signature was not looked at yet.
pub struct Token<'a> {
    /// What is signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
    /// The algorithm that it says.
    pub algorithm: Algorithm,
    /// The key that it says.
    pub key: Option<String>,
    /// What it says.
    pub claims: Claims,
}

impl<'a> Token<'a> {
    /// Reads a token of the compact form. One that is over, or not signed at all, is refused.
    pub fn read(text: &'a str, now: Instant) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::Invalid("the token is longer than 8192 bytes"));
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Invalid("this is no token"))?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Invalid("the token is not signed"))?;
        let header: Header =
            part(header).ok_or(Refusal::Invalid("the token's header is no JSON in base64url"))?;
        let claims: Claims =
            part(claims).ok_or(Refusal::Invalid("the token's claims are no JSON in base64url with a sub"))?;
        let algorithm = match header.alg.as_str() {
            "EdDSA" => Algorithm::EdDsa,
            "RS256" => Algorithm::Rs256,
            "HS256" => Algorithm::Hs256,
            _ => return Err(Refusal::Invalid("the token's alg is none of EdDSA, RS256 and HS256")),
        };
        if header.crit.is_some() {
            return Err(Refusal::Invalid("the token's header has a crit that is not known"));
        }
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature);
        let signature = signature.map_err(|_| Refusal::Invalid("the token's signature is no base64url"))?;
        if signature.is_empty() {
            return Err(Refusal::Invalid("the token is not signed"));
        }
        claims.checked(now)?;
        Ok(Self { signed, signature, algorithm, key: header.kid, claims })
    }

    /// Whether a key is for tokens like this one.
    pub fn fits(&self, key: &TokenKey) -> bool {
        let names = |audience: &String| match &self.claims.aud {
            None => false,
            Some(Audience::One(named)) => named == audience,
            Some(Audience::Many(named)) => named.contains(audience),
        };
        key.algorithm == self.algorithm
            && key.issuer.as_ref().is_none_or(|issuer| self.claims.iss.as_ref() == Some(issuer))
            && key.audience.as_ref().is_none_or(names)
    }
}

impl Claims {
    fn checked(&self, now: Instant) -> Result<(), Refusal> {
        let now = now.millis() as f64 / 1000.0;
        let exp = self.exp.ok_or(Refusal::Invalid("the token has no exp"))?;
        if exp <= now {
            return Err(Refusal::Expired);
        }
        if self.nbf.is_some_and(|nbf| nbf > now + AHEAD) {
            return Err(Refusal::Invalid("the token's nbf is still to come"));
        }
        if self.sub.trim().is_empty() || self.sub.len() > 200 {
            return Err(Refusal::Invalid("the token's sub is no text of 1 to 200 bytes"));
        }
        Ok(())
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
