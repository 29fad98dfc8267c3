// The page's own requests, newest first.

import { byId, el, redraw, say } from "../dom.ts";
import { watchRequests } from "../trace.ts";

export function requestsPanel(): void {
  watchRequests((requests) => {
    say(byId("trace-count"), requests.length > 0 && `(${requests.length})`);
    redraw(
      byId("trace-list"),
      ...requests.map(({ side, method, url, status, milliseconds }) =>
        el(
          "li",
          { class: side, "data-testid": "trace-line" },
          el("b", {}, method),
          el("span", { class: "url" }, side === "caldav" ? url : decodeURIComponent(url)),
          el("span", {}, `${status || "no answer"}`),
          el("span", {}, `${milliseconds} ms`),
        ),
      ),
    );
  });
}
