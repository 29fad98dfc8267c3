//! One HTTP exchange with a server, as it is: no redirect is followed, and every status is an answer.

use kalends::port::Response;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request;

/// No server takes longer than this to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What sends requests.
pub fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .allow_non_standard_methods(true)
        .max_idle_connections(0) // a server that just closed one would look as if it had not answered
        .timeout_global(Some(PATIENCE));
    config.build().into()
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// Longer than was allowed.
    TooLong,
    /// No connection, or it broke.
    Broken(String),
}

/// Sends a request with its body whole, and reads an answer of at most `limit` bytes.
pub fn send<'h>(
    agent: &Agent,
    (method, url): (&str, &str),
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
    body: Option<&str>,
    limit: usize,
) -> Result<Response, NoAnswer> {
    let broken = |error: ureq::Error| NoAnswer::Broken(error.to_string());
    let request =
        headers.into_iter().fold(Request::builder().method(method).uri(url), |request, (name, value)| {
            request.header(name, value)
        });
    let fits = |error: ureq::http::Error| NoAnswer::Broken(error.to_string());
    let answered = match body {
        Some(body) => agent.run(request.body(body).map_err(fits)?),
        None => agent.run(request.body(()).map_err(fits)?),
    };
    let (parts, mut body) = answered.map_err(broken)?.into_parts();
    let read = body.with_config().limit(limit as u64 + 1).read_to_vec();
    let bytes = match read {
        Err(ureq::Error::BodyExceedsLimit(_)) => return Err(NoAnswer::TooLong),
        read => read.map_err(broken)?,
    };
    if bytes.len() > limit {
        return Err(NoAnswer::TooLong);
    }
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Response {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}
