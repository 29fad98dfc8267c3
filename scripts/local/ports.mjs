// Loopback ports: whether one is free, and a free one.
import { createServer } from "node:net";

export const host = "127.0.0.1";

/** @param {number} port 0 asks for any @returns {Promise<number | undefined>} the port, if it could be had */
function tryPort(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}

export const isFree = async (/** @type {number} */ port) => (await tryPort(port)) !== undefined;

/** The port that is liked best if it is free, else any. @param {number} [liked] @returns {Promise<number>} */
export async function freePort(liked) {
  const port = (liked === undefined ? undefined : await tryPort(liked)) ?? (await tryPort(0));
  if (port === undefined) throw new Error(`No loopback port is free on ${host}`);
  return port;
}
