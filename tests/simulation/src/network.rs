//! What can go wrong between the client and a simulated CalDAV server, request by request.

use crate::clock::pause;
use crate::dav::FakeDav;
use crate::multistatus::{answer, multistatus, status};
use kalends::port::{Method, Request, Response, Transport, TransportError};

impl Transport for FakeDav {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        pause().await;
        let body = request.body.clone().unwrap_or_default();
        let (trace, method) = (&self.collection.ledger.trace, request.method.as_str());
        trace.note(format_args!("{method} {} {:?} {body}", request.url.path(), request.headers));
        self.asked.borrow_mut().push((request.method, request.url.path().to_owned(), body.clone()));
        let mut instead = self.instead.borrow_mut();
        let fits =
            instead.iter().position(|(method, part, _)| *method == request.method && body.contains(part));
        let response = match fits {
            Some(at) => instead.remove(at).2,
            None => self.carry(&request).inspect_err(|_| trace.note(format_args!("-> no answer")))?,
        };
        trace.note(format_args!("-> {} {:?} {}", response.status, response.headers, response.body));
        match response.body.len() > request.max_bytes {
            true => Err(TransportError::TooLarge { host: "x.test".into(), limit: request.max_bytes }),
            false => Ok(response),
        }
    }
}

impl FakeDav {
    /// Brings a request to the server and its answer back, or not.
    fn carry(&self, request: &Request) -> Result<Response, TransportError> {
        if self.chance(20) {
            self.deliver(1);
        }
        let faults = self.collection.faults.get();
        let lost = || TransportError::Unreachable { host: "x.test".into() };
        if !matches!(request.method, Method::Put | Method::Delete) {
            if self.chance(faults.unreachable) {
                return Err(lost());
            }
            return Ok(self.read(request));
        }
        if self.chance(faults.lost_before) {
            return Err(lost());
        }
        if self.chance(faults.late) {
            self.under_way.borrow_mut().push(request.clone());
            return Err(lost());
        }
        if self.chance(faults.conflict) {
            return Ok(answer(412, &[], ""));
        }
        if self.chance(faults.retry) {
            return Ok(self.throttled());
        }
        if self.chance(faults.broken) {
            return Ok(self.broken(&[401, 500, 502, 504]));
        }
        let response = self.serve(request);
        if self.chance(faults.twice) {
            self.under_way.borrow_mut().push(request.clone());
        }
        if self.chance(faults.lost_after) {
            return Err(lost());
        }
        // It was carried out, and says that it was not.
        Ok(if self.chance(faults.broken) { answer(500, &[], "") } else { response })
    }

    /// A request that changes nothing, and what may become of its answer.
    fn read(&self, request: &Request) -> Response {
        let faults = self.collection.faults.get();
        if self.chance(faults.retry) {
            return self.throttled();
        }
        if self.chance(faults.broken) {
            return self.broken(&[401, 403, 500, 502, 504]);
        }
        if matches!(request.method, Method::Propfind | Method::Report) && self.chance(faults.missing) {
            return answer(if self.chance(50) { 404 } else { 410 }, &[], "");
        }
        let response = self.serve(request);
        if response.status == 207 && self.chance(faults.cut) {
            return self.cut(request, response);
        }
        response
    }

    /// The server asks to wait, in one of the ways in which it can.
    fn throttled(&self) -> Response {
        let status = self.collection.dice.pick(&[429, 503]).unwrap_or(503);
        match self.collection.dice.below(3) {
            0 => answer(status, &[], ""),
            1 => answer(status, &[("retry-after", "5")], ""),
            _ => {
                let date = |after: i64| {
                    let at = self.collection.now().plus_millis(after).to_utc();
                    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
                };
                answer(status, &[("retry-after", &date(5_000)), ("date", &date(0))], "")
            }
        }
    }

    fn broken(&self, statuses: &[u16]) -> Response {
        answer(self.collection.dice.pick(statuses).unwrap_or(500), &[], "")
    }

    /// An answer of which a part is missing: its text ends too early, it says that it is not all, or it does not.
    fn cut(&self, request: &Request, response: Response) -> Response {
        let (dice, body) = (&self.collection.dice, request.body.as_deref().unwrap_or_default());
        let asks_for_all = body.contains("<d:sync-token></d:sync-token>")
            || request.method == Method::Propfind && body.contains("getetag");
        match dice.below(3) {
            0 if body.contains("sync-collection") => answer(507, &[], ""),
            1 if body.contains("calendar-query") || body.contains("getetag") && asks_for_all => {
                let told = status(&self.href("/cal/"), 507);
                let some = self.some_of(&response.body);
                multistatus(&format!("{some}{told}"), None)
            }
            // What is there and is not told is found by the next listing, where there is one each day.
            2 if asks_for_all && !self.manner.get().trusted => {
                let some = if dice.percent(50) { String::new() } else { self.some_of(&response.body) };
                self.collection.leave_out(|href| !some.contains(&self.href(href)));
                multistatus(&some, self.token(None).filter(|_| body.contains("sync-collection")))
            }
            _ => {
                let mut at = dice.below(response.body.len());
                while !response.body.is_char_boundary(at) {
                    at -= 1;
                }
                Response { body: response.body[..at].to_owned(), ..response }
            }
        }
    }

    /// The first few responses of a multistatus.
    fn some_of(&self, body: &str) -> String {
        let responses: Vec<&str> = body.split_inclusive("</response>").collect();
        let all = responses.len().saturating_sub(1);
        let some: String =
            responses[..all].iter().take(self.collection.dice.below(all + 1)).copied().collect();
        some.find("<response>").map_or(String::new(), |at| some[at..].to_owned())
    }

    /// Up to so many requests arrive that nobody waits for any more.
    pub fn deliver(&self, most: usize) {
        for _ in 0..most {
            let waiting = self.under_way.borrow().len();
            if waiting == 0 {
                return;
            }
            let request = self.under_way.borrow_mut().remove(self.collection.dice.below(waiting));
            let (trace, method) = (&self.collection.ledger.trace, request.method.as_str());
            trace.note(format_args!("late: {method} {}", request.url.path()));
            let before = self.collection.given_up.replace(true);
            self.serve(&request);
            self.collection.given_up.set(before);
        }
    }

    fn chance(&self, percent: usize) -> bool {
        self.collection.dice.percent(percent)
    }
}
