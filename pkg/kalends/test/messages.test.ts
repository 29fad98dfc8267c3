// Messages to the guests of an event.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createIcs, message } from "../editor.js";

test("messages have their METHOD, and what it requires", () => {
  const [organizer, summary, start] = ["studio@example.org", "Fitting", "2026-11-23T10:00Z"];
  const attendees = ["ana@example.org", "eva@example.org"];
  const text = createIcs([{ summary, start, organizer, attendees }]);
  assert.ok(message(text, { method: "REQUEST" }).includes("METHOD:REQUEST\r\n"));
  const yes = { method: "REPLY", attendee: "ana@example.org", answer: "ACCEPTED" } as const;
  const reply = message(text, yes);
  assert.ok(reply.includes("PARTSTAT=ACCEPTED:mailto:ana@example.org\r\n") && !reply.includes("eva@"));
  assert.throws(() => message(createIcs([{ summary, start }]), { method: "REQUEST" }), {
    code: "missing_property",
  });
  assert.throws(() => message(text, { ...yes, attendee: "nobody@example.org" }), { code: "not_invited" });
  assert.throws(() => message("", { method: "REQUEST" }), { code: "no_event" });
});
