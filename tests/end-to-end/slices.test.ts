// A Worker that may ask for little at a time: a sync ends where it must, and the clock goes on with it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
const at = (hour: number) => `2027-04-05T${String(hour).padStart(2, "0")}:00:00Z`;
let world: World;

before(async () => {
  world = await startWorld({ variables: { KALENDS_SYNC_STEPS: "2" } });
});
after(() => world?.stop());

describe("a sync of which a Worker may only do a part", () => {
  it("says so, is gone on with by the clock, and leaves time unknown until it is done", async () => {
    const { api, phone, account } = world;
    for (const hour of [8, 10, 12]) {
      const body = { userId: owner, startTime: at(hour), endTime: at(hour + 1), title: `At ${hour}` };
      assert.equal((await api.post("/api/appointments", body)).status, 201);
    }
    const calendar = await phone.makeCalendar("Studio");
    const answer = await api.post("/api/calendar/icloud/connect", {
      userId: owner,
      appleId: account.user,
      appSpecificPassword: account.password,
      calendarUrl: calendar,
    });
    assert.deepEqual([answer.status, answer.body.sync.unfinished], [200, true], answer.text);
    const status = async () => {
      const { connections } = (await api.get(`/api/calendar/icloud/status?userId=${owner}`)).body;
      return [connections[0].syncStatus, connections[0].lastSyncAt];
    };
    assert.deepEqual(await status(), ["ACTIVE", null], "it has not been synced yet");
    for (let ticks = 0; (await status())[1] === null; ticks += 1) {
      assert.ok(ticks < 10, "each tick brings it further");
      await world.tick();
    }
    const summaries = (await phone.events(calendar)).map((event) => event.summary).sort();
    assert.deepEqual(summaries, ["REQUEST: At 10", "REQUEST: At 12", "REQUEST: At 8"]);
  });
});
