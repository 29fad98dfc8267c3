// The wire between the Worker and a CalDAV server: holds a request before it arrives or its reply after, lets one watch
// what passes, and makes the way long.
import { createServer, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A request that arrives, or its reply, which was carried out. @typedef {"request" | "reply"} Point */

export class Wire {
  #server;
  #target;
  #delay;
  /** @type {{ method: string, path: string, point: Point, caught: () => void }[]} */
  #traps = [];
  /** Is told of everything that passes. @type {(point: Point, method: string) => void} */
  watch = () => {};
  /** Whether nothing passes, as if the server were away. */
  isCut = false;

  /** @param {string} target @param {number} delay */
  constructor(target, delay) {
    this.#target = new URL(target);
    this.#delay = delay;
    this.#server = createServer((incoming, outgoing) => void this.#pass(incoming, outgoing));
  }

  /** @param {string} target @param {{ delay?: number }} [options] milliseconds that each reply takes longer */
  static async to(target, { delay = 0 } = {}) {
    const wire = new Wire(target, delay);
    await /** @type {Promise<void>} */ (
      new Promise((resolve) => wire.#server.listen(0, "127.0.0.1", resolve))
    );
    return wire;
  }

  get url() {
    const address = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${address.port}/`;
  }

  /** The same address, seen through the wire. @param {string} url */
  through(url) {
    return new URL(new URL(url).pathname, this.url).href;
  }

  /**
   * Holds the next such request for good; resolves once it is held.
   * @param {string} method @param {string} url @param {Point} point @returns {Promise<void>}
   */
  hold(method, url, point) {
    const path = new URL(url).pathname;
    return new Promise((caught) => this.#traps.push({ method, path, point, caught }));
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {import("node:http").IncomingMessage} incoming @param {import("node:http").ServerResponse} outgoing */
  async #pass(incoming, outgoing) {
    const { method = "GET", url: path = "/", headers } = incoming;
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    if (this.isCut) return outgoing.destroy();
    this.watch("request", method);
    const at = this.#traps.findIndex((trap) => method === trap.method && path.startsWith(trap.path));
    const [trap] = at < 0 ? [] : this.#traps.splice(at, 1);
    if (trap?.point === "request") return trap.caught();
    const { hostname, port } = this.#target;
    const onward = request({ hostname, port, method, path, headers }, async (reply) => {
      if (trap) {
        reply.resume().on("end", trap.caught);
        return;
      }
      await sleep(this.#delay);
      this.watch("reply", method);
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on("error", () => outgoing.destroy());
      reply.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(Buffer.concat(chunks));
  }
}
