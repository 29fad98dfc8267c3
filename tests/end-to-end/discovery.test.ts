// From what an owner types to a list of calendars, against servers on loopback that do one thing each.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { startWorld, type World } from "./world.ts";

let world: World;
const servers: Server[] = [];

/** A server, its URL, and what it was asked: method, path and whether credentials came. */
async function serve(answer: (request: IncomingMessage, reply: ServerResponse) => void) {
  const asked: { line: string; authorization: string | undefined }[] = [];
  const server = createServer((request, reply) => {
    asked.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    request.resume();
    answer(request, reply);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

let resolver: Awaited<ReturnType<typeof serve>>;

before(async () => {
  resolver = await serve((_, reply) => reply.end('{"Status":3}'));
  world = await startWorld({ variables: { KALENDS_DNS_URL: `${resolver.url}resolve` } });
});
after(async () => {
  for (const server of servers) server.close();
  await world?.stop();
});

const calendars = (calendarUrl: string) =>
  world.api.post("/api/calendar/icloud/calendars", {
    userId: "user-1",
    appleId: "ana",
    appSpecificPassword: "canary",
    calendarUrl,
  });

function multistatus(reply: ServerResponse, ...responses: [href: string, props: string][]) {
  const list = responses.map(
    ([href, props]) =>
      `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`,
  );
  const names = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"';
  reply.writeHead(207).end(`<d:multistatus ${names}>${list.join("")}</d:multistatus>`);
}

const homeAt = (href: string) => `<c:calendar-home-set><d:href>${href}</d:href></c:calendar-home-set>`;
const calendarOf = (component: string, name: string) =>
  `<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname>${name}</d:displayname>
   <c:supported-calendar-component-set><c:comp name="${component}"/></c:supported-calendar-component-set>`;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Whether a Digest answer proves the password (RFC 7616 3.4.1). */
function proves(header: string, method: string) {
  const part = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(header)?.[1] ?? "";
  const key = sha256("ana:studio:canary");
  const asked = sha256(`${method}:${part("uri")}`);
  const all = [key, part("nonce"), part("nc"), part("cnonce"), "auth", asked].join(":");
  return header.startsWith("Digest ") && part("response") === sha256(all);
}

describe("finding an account", () => {
  it("answers Digest after one refusal, and lists task lists as such", async () => {
    let refusals = 0;
    const counts = new Set<string>();
    const server = await serve((request, reply) => {
      const header = request.headers.authorization ?? "";
      if (!proves(header, request.method ?? "")) {
        refusals += 1;
        const challenge =
          'Digest realm="studio", qop="auth", algorithm=SHA-256, nonce="n1", Basic realm="no"';
        reply.writeHead(401, { "www-authenticate": challenge }).end();
      } else {
        counts.add(/nc=(\d+)/.exec(header)?.[1] ?? "");
        if (request.url === "/") reply.writeHead(404).end();
        else if (request.url === "/.well-known/caldav") reply.writeHead(301, { location: "/dav/" }).end();
        else if (request.url === "/dav/") multistatus(reply, ["/dav/", homeAt("home/")]);
        else
          multistatus(
            reply,
            ["/dav/home/a/", calendarOf("VEVENT", "Studio")],
            ["/dav/home/t/", calendarOf("VTODO", "To do")],
          );
      }
    });
    const { status, body } = await calendars(server.url);
    assert.equal(status, 200, JSON.stringify(body));
    const told = body.calendars.map((one: Record<string, unknown>) => [
      one.name,
      one.holdsEvents,
      one.holdsTasks,
    ]);
    assert.deepEqual(told, [
      ["Studio", true, false],
      ["To do", false, true],
    ]);
    assert.equal(refusals, 1);
    assert.equal(counts.size, server.asked.length - 1, "each request has a count of its own");
  });

  it("sends credentials to no other origin, whether by a redirect or by an address in an answer", async () => {
    const stranger = await serve((_, reply) => reply.end());
    const redirecting = await serve((_, reply) => reply.writeHead(307, { location: stranger.url }).end());
    const naming = await serve((_, reply) => multistatus(reply, ["/", homeAt(`${stranger.url}home/`)]));
    for (const { url } of [redirecting, naming]) {
      const { status, body } = await calendars(url);
      assert.deepEqual([status, body.code], [502, "no_calendar"], JSON.stringify(body));
    }
    assert.deepEqual(stranger.asked, []);
  });

  it("gives up a server that redirects in circles", async () => {
    const server = await serve((_, reply) => reply.writeHead(302, { location: "/again" }).end());
    const { body } = await calendars(`${server.url}start`);
    assert.equal(body.code, "no_calendar", JSON.stringify(body));
    assert.ok(server.asked.length <= 40, `${server.asked.length} requests`);
  });

  it("cuts off an answer by what it is once it is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20, 32));
    const server = await serve((_, reply) => reply.writeHead(207, { "content-encoding": "gzip" }).end(bomb));
    const { body } = await calendars(server.url);
    assert.equal(body.code, "no_calendar", JSON.stringify(body));
  });

  it("says the same of whatever lies at an address that is no calendar server's", async () => {
    const closed = { url: "http://127.0.0.1:9/" };
    const lying: Parameters<typeof serve>[0][] = [
      (_, reply) => reply.end("<html>A page</html>"),
      (_, reply) => reply.writeHead(401, { "www-authenticate": 'Basic realm="Staff"' }).end(),
      (_, reply) => reply.writeHead(503, { "retry-after": "60" }).end(),
      (_, reply) => reply.writeHead(307, { location: closed.url }).end(),
      (_, reply) => reply.writeHead(207).end("<html>"),
      (_, reply) => reply.socket?.destroy(),
      ({ socket }) => socket.end("220 mail.example.org ESMTP\r\n"),
    ];
    const places = [closed, ...(await Promise.all(lying.map(serve)))];
    const told = new Set<string>();
    for (const { url } of places) {
      const { status, body } = await calendars(url);
      told.add(`${status} ${JSON.stringify(body).replaceAll(url, "URL")}`);
    }
    assert.equal(told.size, 1, [...told].join("\n"));
    assert.match([...told].join(), /^502 .*no_calendar/);
  });

  it("asks the configured resolver about a mailbox's domain, and tells it no secret", async () => {
    const { body } = await calendars("ana@kalends.invalid.test");
    assert.match(body.code, /^calendar_unreachable|no_calendar$/, JSON.stringify(body));
    const lines = resolver.asked.map(({ line }) => line);
    assert.deepEqual(lines, ["GET /resolve?name=_caldavs._tcp.kalends.invalid.test&type=SRV"]);
    assert.ok(resolver.asked.every(({ authorization }) => authorization === undefined));
  });
});
