// A Worker as an application writes it: the package, and nothing to load.
import { createIcs, expand } from "kalends";
import { resolveHref } from "kalends/caldav";

export default {
  /** @param {Request} request */
  fetch(request) {
    const href = new URL(request.url).searchParams.get("href");
    if (href !== null) return Response.json(resolveHref("https://cal.example.org/dav/", href));
    const start = new URL(request.url).searchParams.get("start") ?? "";
    const text = createIcs([{ summary: "Class", start, timeZone: "Europe/Berlin" }]);
    return Response.json(expand(text, { limit: 1, timeZone: "Europe/Berlin" }));
  },
};
