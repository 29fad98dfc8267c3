//! The transport port: one `fetch`, redirects left alone, the answer counted as it streams in.

use futures_util::StreamExt;
use kalends::port::{Request, Response, Transport, TransportError};
use wasm_bindgen::JsValue;
use worker::web_sys;

/// A server that has not answered after this many milliseconds will not.
const TIMEOUT: u32 = 20_000;

/// The runtime's `fetch`.
pub struct Fetch;

impl Transport for Fetch {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let (limit, unreachable) =
            (request.max_bytes, |_| TransportError::Unreachable { host: host.clone() });
        let prepared = prepare(request).map_err(|_| TransportError::Unreachable { host: host.clone() })?;
        let mut response = worker::Fetch::Request(prepared.into()).send().await.map_err(unreachable)?;
        let headers =
            response.headers().entries().map(|(name, value)| (name.to_lowercase(), value)).collect();
        let mut bytes = Vec::new();
        if let Ok(mut stream) = response.stream() {
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(unreachable)?;
                // The runtime has undone any compression: these are the bytes that memory must hold.
                if chunk.len() > limit.saturating_sub(bytes.len()) {
                    return Err(TransportError::TooLarge { host, limit });
                }
                bytes.extend(chunk);
            }
        }
        let mut answer = Response { status: response.status_code(), headers, body: String::new() };
        answer.body = Response::text(bytes, answer.header("content-type").unwrap_or_default());
        Ok(answer)
    }
}

/// The request as the runtime takes it; its body is one string, so that `Content-Length` is sent.
fn prepare(request: Request) -> Result<web_sys::Request, JsValue> {
    let init = web_sys::RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_redirect(web_sys::RequestRedirect::Manual);
    init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(TIMEOUT)));
    let headers = web_sys::Headers::new()?;
    headers.set("user-agent", concat!("Kalends/", env!("CARGO_PKG_VERSION")))?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    init.set_headers(&headers);
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    web_sys::Request::new_with_str_and_init(request.url.as_str(), &init)
}
