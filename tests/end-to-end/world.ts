// One world for an end-to-end test: the real Worker under workerd, a real CalDAV server, a tenant, and a phone.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoKey, demoSite, startDemoCalendar } from "../../scripts/local/demo.mjs";
import { keys, workerVariables } from "../../scripts/local/keys.mjs";
import { startRadicale } from "../../scripts/local/radicale.mjs";
import { startWorker } from "../../scripts/local/worker.mjs";
import { Api } from "./api.ts";
import { Phone } from "./phone.ts";

export interface World {
  /** The API with a key of scope `user` of a tenant that only this world has. */
  api: Api;
  /** The API with the operator's key. */
  operator: Api;
  phone: Phone;
  /** Where the world keeps its databases and logs. */
  folder: string;
  account: { url: string; user: string; password: string };
  /** Kills workerd and wrangler as a crash would. */
  crash(): Promise<void>;
  /** Starts the Worker again on its old database and port, some of its variables changed. */
  restart(changed?: Record<string, string>): Promise<void>;
  /** Ends the CalDAV server, as an outage would. */
  unplug(): Promise<void>;
  /** Kills the CalDAV server as a crash would. */
  crashCalendar(): Promise<void>;
  /** Starts the CalDAV server again on its old data. */
  plug(): Promise<void>;
  /** The clock's tick, as wrangler lets tests trigger it. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** Ends what was started, last first; also when the rest could not be started, or the test would wait for ever. */
async function ending<T>(make: (later: (stop: () => unknown) => void) => Promise<T>) {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await make((stop) => stops.push(stop))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * `serviceAccount`: the account is also that of the tenant `default`, as a studio's Nextcloud is. `icloud`: the CalDAV
 * server plays iCloud. `variables` of the Worker come beside those that every world has. `user` and `password` are the
 * account's. `around` is a module that runs around the Worker.
 */
export function startWorld({
  serviceAccount = false,
  icloud = false,
  user = "ana",
  password = randomBytes(12).toString("hex"),
  variables = {},
  around,
}: {
  serviceAccount?: boolean;
  icloud?: boolean;
  user?: string;
  password?: string;
  variables?: Record<string, string>;
  around?: string;
} = {}): Promise<World> {
  return ending(async (later) => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-"));
    later(() => rmSync(folder, { recursive: true, force: true }));
    const secrets = {
      KALENDS_ADMIN_KEY: `kal_admin_${randomBytes(32).toString("base64url")}`,
      CALENDAR_ENCRYPTION_KEY: `base64:${randomBytes(32).toString("base64")}`,
      KALENDS_ALLOW_LOOPBACK: "true",
      ...variables,
    };
    const calendarOptions = { data: join(folder, "radicale"), users: [{ name: user, password }] };
    let radicale = await startRadicale(calendarOptions);
    later(() => radicale.stop());
    const port = Number(new URL(radicale.url).port);
    const nextcloud = {
      NEXTCLOUD_BASE_URL: radicale.url,
      NEXTCLOUD_USERNAME: user,
      NEXTCLOUD_PASSWORD: password,
      NEXTCLOUD_CALENDAR_BASE_PATH: "/",
    };
    const vars: Record<string, string> = {
      ...(serviceAccount && nextcloud),
      ...(icloud && { ICLOUD_CALDAV_URL: radicale.url }),
      ...secrets,
    };
    const start = (port?: number) =>
      startWorker({ state: join(folder, "worker"), vars, ...(port && { port }), ...(around && { around }) });
    let worker = await start();
    later(() => worker.stop());
    const operator = new Api(worker.url, secrets.KALENDS_ADMIN_KEY);
    // What a test asks in a second, an application asks in an hour.
    await operator.post("/api/admin/tenants", { id: "studio", rateLimit: 1_000_000 });
    const { body } = await operator.post("/api/admin/keys", { tenant: "studio", scope: "user" });
    const api = new Api(worker.url, body.key);
    const phone = new Phone(radicale.url, user, password);
    later(() => phone.stop());
    return {
      api,
      operator,
      phone,
      folder,
      account: { url: radicale.url, user, password },
      crash: () => worker.kill(),
      async restart(changed = {}) {
        Object.assign(vars, changed);
        worker = await start(Number(new URL(worker.url).port));
      },
      unplug: () => radicale.stop(),
      crashCalendar: () => radicale.kill(),
      async plug() {
        radicale = await startRadicale({ ...calendarOptions, port });
      },
      async tick() {
        const answer = await fetch(`${worker.url}/__scheduled?cron=*+*+*+*+*`);
        if (!answer.ok)
          throw new Error(`the scheduled handler answered ${answer.status}: ${await answer.text()}`);
        await answer.body?.cancel();
      },
    };
  });
}

/** What `npm start` shows: the demo page, its tenant and its CalDAV server. */
export function startDemo(): Promise<{ url: string; stop: () => Promise<void> }> {
  return ending(async (later) => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-demo-"));
    later(() => rmSync(folder, { recursive: true, force: true }));
    const own = keys(folder);
    const site = demoSite(folder);
    const calendar = await startDemoCalendar(own, folder);
    later(() => calendar.server.stop());
    const worker = await startWorker({
      state: join(folder, "worker"),
      vars: workerVariables(own),
      assets: site.folder,
    });
    later(() => worker.stop());
    site.addSettings(await demoKey(worker.url, own, folder), calendar.account);
    return { url: `${worker.url}/` };
  });
}
