// The wire between the Worker and the CalDAV server: lets a test hold a request before it arrives, or its reply after.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What is held: a request that has not arrived yet, or one that was carried out and whose reply is on its way. */
type Point = "request" | "reply";

interface Trap {
  method: string;
  path: string;
  point: Point;
  caught: () => void;
}

export class Wire {
  readonly #server: Server;
  readonly #target: URL;
  #traps: Trap[] = [];

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => void this.#pass(incoming, outgoing));
  }

  static async to(target: string): Promise<Wire> {
    const wire = new Wire(target);
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The same address, seen through the wire. */
  through(url: string): string {
    return new URL(new URL(url).pathname, this.url).href;
  }

  /** Holds the next such request for good; resolves once it is held. */
  hold(method: string, url: string, point: Point): Promise<void> {
    const path = new URL(url).pathname;
    return new Promise((caught) => this.#traps.push({ method, path, point, caught }));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const at = this.#traps.findIndex(
      ({ method, path }) => incoming.method === method && incoming.url?.startsWith(path),
    );
    const [trap] = at < 0 ? [] : this.#traps.splice(at, 1);
    if (trap?.point === "request") return trap.caught();
    const { hostname, port } = this.#target;
    const options = {
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    };
    const onward = request(options, (reply) => {
      if (trap) {
        reply.resume().on("end", trap.caught);
        return;
      }
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(Buffer.concat(chunks));
  }
}
