// A Nextcloud as far as its addresses go: passes /remote.php/dav/calendars on to a CalDAV server that has its calendars
// at the root.
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

const base = "/remote.php/dav/calendars";

export interface Nextcloud {
  /** Without a slash at its end. */
  url: string;
  /** The server that stands behind it. */
  server: string;
  stop(): void;
}

/** Starts it; its server may come later. */
export async function startNextcloud(): Promise<Nextcloud> {
  const door = createServer((ask, answer) => {
    const path = ask.url ?? "/";
    if (!path.startsWith(`${base}/`)) {
      answer.writeHead(404).end();
      return;
    }
    const headers = { ...ask.headers, "x-script-name": base };
    const inner = request(new URL(path.slice(base.length), nextcloud.server), {
      method: ask.method,
      headers,
    });
    inner.on("response", (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    inner.on("error", () => answer.writeHead(502).end());
    ask.pipe(inner);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const { port } = door.address() as AddressInfo;
  const nextcloud = {
    url: `http://127.0.0.1:${port}`,
    server: "http://127.0.0.1:9/",
    stop() {
      door.closeAllConnections();
      door.close();
    },
  };
  return nextcloud;
}
