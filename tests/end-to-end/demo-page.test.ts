// The demo page, clicked through in a real browser against a running Kalends and a real CalDAV server.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { startDemo } from "./world.ts";

const PATIENCE = 15_000;

interface Demo {
  key: string;
  owner: string;
  caldav: { url: string; user: string; password: string };
}

let demo: Awaited<ReturnType<typeof startDemo>>;
let profile: string;
let browser: BrowserContext;
let page: Page;
const failures: string[] = [];
let broken = false;

before(async () => {
  demo = await startDemo();
  profile = await mkdtemp(join(tmpdir(), "kalends-browser-"));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  browser.setDefaultTimeout(PATIENCE);
  page = await open();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  if (profile) await rm(profile, { recursive: true, force: true });
});

/** A fresh tab on the page, once its scripts have started. What goes wrong in a script is a failure of the test. */
async function open(prepare?: (tab: Page) => Promise<unknown>): Promise<Page> {
  const tab = await browser.newPage();
  tab.on("pageerror", (error) => failures.push(error.message));
  await prepare?.(tab);
  await tab.goto(demo.url);
  await tab.locator("html[data-ready=true]").waitFor();
  return tab;
}

const at = (name: string): Locator => page.getByTestId(name);
const text = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? "";

/** The page's own settings, from which a test can look at the CalDAV server past the page. */
async function settings(): Promise<Demo> {
  return (await (await fetch(new URL("/demo.json", demo.url))).json()) as Demo;
}

/** A request to the CalDAV server, the page not involved. */
async function askServer(href: string, init: RequestInit = {}): Promise<Response> {
  const { caldav } = await settings();
  const credentials = Buffer.from(`${caldav.user}:${caldav.password}`).toString("base64");
  const headers = { Authorization: `Basic ${credentials}`, "Content-Type": "text/calendar" };
  return fetch(new URL(href, caldav.url), { ...init, headers });
}

/** The event as the CalDAV server gives it to anyone who asks. */
async function onTheServer(href: string): Promise<{ status: number; summary: string }> {
  const response = await askServer(href);
  const unfolded = (await response.text()).replace(/\r?\n[ \t]/g, "");
  return { status: response.status, summary: /^SUMMARY[^:\r\n]*:(.*?)\r?$/m.exec(unfolded)?.[1] ?? "" };
}

/** The one appointment of this run, by the client whose name no other run uses. */
const client = `Ada ${Date.now().toString(36)}`;
const appointment = () => at("appointment").filter({ hasText: client });
const phoneEvent = () => at("phone-event").filter({ hasText: client });

/** Steps build on each other: after one that fails, with a picture of the page, the rest are not tried. */
function step(name: string, act: () => Promise<void> | void): void {
  it(name, async (test) => {
    if (broken) return test.skip("an earlier step failed");
    try {
      await act();
    } catch (error) {
      broken = true;
      const picture = join(tmpdir(), "kalends-demo-page.png");
      await page.screenshot({ path: picture, fullPage: true }).catch(() => undefined);
      test.diagnostic(`the page as it was: ${picture}`);
      throw error;
    }
  });
}

describe("the demo page", { timeout: 180_000 }, () => {
  let free = "";
  let href = "";

  step("says what is wrong when the calendar server refuses the password", async () => {
    const tab = await open();
    if (await tab.getByTestId("reconnect").isVisible()) await tab.getByTestId("reconnect").click();
    await tab.getByTestId("connect-password").fill("not the password");
    await tab.getByTestId("show-calendars").click();
    const alert = tab.getByRole("alert").filter({ hasText: "Failed to connect to iCloud" });
    await alert.waitFor();
    await tab.close();
  });

  step("says how to get a key where the demo is off", async () => {
    const tab = await open((fresh) => fresh.route("**/demo.json", (route) => route.fulfill({ status: 404 })));
    await tab.getByTestId("demo-off").getByText("npm start").waitFor();
    assert.equal(await tab.getByTestId("connect-key").inputValue(), "");
    await tab.close();
  });

  step("connects with the form as it was filled in", async () => {
    if (await at("reconnect").isVisible()) await at("reconnect").click();
    assert.equal(await at("connect-owner").inputValue(), (await settings()).owner);
    await at("show-calendars").click();
    await at("calendar-choice").first().waitFor();
    await at("connect-submit").click();
    await at("connected").waitFor();
  });

  step("shows the calendar's events of the coming week, as mirrored and as the phone has them", async () => {
    await at("week-block").first().waitFor();
    assert.equal(await at("week-day").count(), 7);
    const busy = page.locator("[data-testid=week-block][data-kind=busy]");
    const [mirrored = ""] = (await text(busy.first())).split(",");
    await at("phone-event").filter({ hasText: mirrored }).first().waitFor();
  });

  step("refuses a taken slot and names what stands there", async () => {
    await at("try-taken").click();
    await page.locator("[data-testid=availability][data-status=busy]").waitFor();
    const time = await at("book-time").inputValue();
    assert.equal(await page.locator(`[data-testid=slot][data-time="${time}"][data-free=true]`).count(), 0);
    await at("book-submit").click();
    await page.getByRole("alert").filter({ hasText: "Time slot not available" }).waitFor();
    assert.notEqual(await at("conflict").count(), 0, "the refusal names no conflict");
  });

  step("books a slot that the browser and the edge both call free", async () => {
    await at("book-client").fill(client);
    await at("book-description").fill("First consultation");
    free = (await page.locator("[data-testid=slot][data-free=true]").last().getAttribute("data-time")) ?? "";
    await page.locator(`[data-testid=slot][data-time="${free}"]`).click();
    await page.locator("[data-testid=availability][data-status=free][aria-busy=false]").waitFor();
    await at("book-submit").click();
    await at("book-status").getByText("Booked").waitFor();
    await appointment().and(page.locator("[data-status=PENDING]")).waitFor();
  });

  step("finds the appointment on the CalDAV server as a REQUEST, with its href and etag", async () => {
    await phoneEvent().waitFor();
    assert.equal(await phoneEvent().getAttribute("data-summary"), `REQUEST: ${client} - First consultation`);
    href = (await text(phoneEvent().getByTestId("phone-event-href"))).trim();
    assert.match(await text(phoneEvent().getByTestId("phone-event-etag")), /^(W\/)?".+"$/);
    assert.deepEqual(await onTheServer(href), {
      status: 200,
      summary: `REQUEST: ${client} - First consultation`,
    });
  });

  step("shows the slot as busy, both in the browser and at the edge", async () => {
    await page.locator(`[data-testid=slot][data-time="${free}"][data-free=false]`).waitFor();
    await page.locator("[data-testid=availability][data-status=busy]").waitFor();
    await page.locator("[data-testid=week-block][data-kind=pending]").filter({ hasText: client }).waitFor();
  });

  step("renames the event when the appointment is confirmed", async () => {
    await appointment().getByTestId("confirm").click();
    await appointment().and(page.locator("[data-status=CONFIRMED]")).waitFor();
    await phoneEvent()
      .and(page.locator(`[data-summary="${client} - First consultation"]`))
      .waitFor();
    assert.equal((await onTheServer(href)).summary, `${client} - First consultation`);
  });

  step("does not write over what another device changed meanwhile", async () => {
    const held = await (await askServer(href)).text();
    const changed = held.replace("END:VEVENT", "X-OTHER-DEVICE:1\r\nEND:VEVENT");
    assert.ok((await askServer(href, { method: "PUT", body: changed })).ok);
    const etag = await text(phoneEvent().getByTestId("phone-event-etag"));
    await phoneEvent().getByTestId("phone-move").click();
    await page.getByRole("alert").filter({ hasText: "was changed on the server" }).waitFor();
    await at("phone-refresh").click();
    await phoneEvent().getByTestId("phone-event-etag").filter({ hasNotText: etag }).waitFor();
  });

  step("brings a move made on the phone back to the application", async () => {
    const before = await text(appointment().getByTestId("appointment-time"));
    await phoneEvent().getByTestId("phone-move").click();
    await at("appointments-doubt").getByText("moved on the phone").waitFor();
    const moved = await text(phoneEvent().getByTestId("phone-event-time"));
    assert.equal(moved.slice(0, 5), laterByAnHour(free));
    await at("sync-now").click();
    await appointment().and(page.locator("[data-source=calendar]")).waitFor();
    assert.match(await (await askServer(href)).text(), /^X-OTHER-DEVICE:1\r?$/m, "the move lost a property");
    const now = await text(appointment().getByTestId("appointment-time"));
    assert.notEqual(now, before);
    assert.ok(now.endsWith(moved), `the appointment is at ${now}, the phone says ${moved}`);
  });

  step("writes an .ics in the browser, and fetches the server's", async () => {
    for (const button of ["ics-browser", "ics-server"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), at(button).click()]);
      assert.equal(download.suggestedFilename(), "appointments.ics");
      const file = await readFile(await download.path(), "utf8");
      const unfolded = file.replaceAll("\r\n ", "");
      assert.ok(
        file.startsWith("BEGIN:VCALENDAR\r\n") && file.endsWith("END:VCALENDAR\r\n"),
        `${button}: not a calendar`,
      );
      assert.ok(unfolded.includes(client), `${button}: the appointment is missing`);
    }
  });

  step("cancels the appointment whose event is deleted on the phone", async () => {
    await phoneEvent().getByTestId("phone-delete").click();
    await at("appointments-doubt").getByText("deleted on the phone").waitFor();
    assert.equal((await onTheServer(href)).status, 404);
    await at("sync-now").click();
    await appointment().and(page.locator("[data-status=CANCELLED][data-source=calendar]")).waitFor();
    await page.locator(`[data-testid=slot][data-time="${free}"][data-free=true]`).waitFor();
  });

  step("lists the syncs, and ticks off every step", async () => {
    assert.ok(
      (await at("history-row").count()) >= 3,
      "the first sync and two by hand are missing from the history",
    );
    assert.equal(await page.locator("[data-testid=guide-step][data-done=false]").count(), 0);
  });

  step("fits a phone's width", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.equal(overflow, 0, `the page is ${overflow} px too wide`);
  });

  step("met no error in its scripts", () => {
    assert.deepEqual(failures, []);
  });
});

function laterByAnHour(time: string): string {
  return `${String(Number(time.slice(0, 2)) + 1).padStart(2, "0")}${time.slice(2)}`;
}
