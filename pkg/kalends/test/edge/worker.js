// A Worker as an application writes it: the package, and nothing to load.
import { createIcs, expand } from "kalends";

export default {
  /** @param {Request} request */
  fetch(request) {
    const start = new URL(request.url).searchParams.get("start") ?? "";
    const text = createIcs([{ summary: "Class", start, timeZone: "Europe/Berlin" }]);
    return Response.json(expand(text, { limit: 1, timeZone: "Europe/Berlin" }));
  },
};
