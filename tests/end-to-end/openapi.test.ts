// The OpenAPI document tells of every route, and the Worker keeps to it.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { type Document, schemathesis } from "../openapi/document.ts";
import { routes } from "./routes.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let document: Document;

before(async () => {
  world = await startWorld();
  document = (await world.api.get("/openapi.json")).body;
});
after(() => world?.stop());

it("the document tells of every route of the table, and of no other", () => {
  const told = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  // But for the document itself; of calendar services it has one path, with the service's name in it.
  const service = /\/(google|outlook|office365|apple)(?=\/(auth|callback)$)/;
  const all = routes().filter((route) => route !== "GET /openapi.json");
  const table = all.map((route) => route.replace(service, "/{service}"));
  assert.ok(table.length > 60, `${table.length} routes were found`);
  assert.deepEqual(told.sort(), [...new Set(table)].sort());
});

it("the document is OpenAPI 3.1, and what it refers to is there", () => {
  assert.match(document.openapi, /^3\.1\./);
  const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
  for (const [, name] of names) assert.ok(name && name in document.components.schemas, name);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length, "each operation has a name of its own");
  for (const { responses } of operations) {
    for (const { description } of Object.values(responses)) assert.ok(description);
  }
});

it("a text that is too long is refused by its name", async () => {
  const title = "x".repeat(20_001);
  const answer = await world.api.post("/api/appointments", { userId: "ana", title });
  assert.deepEqual([answer.status, answer.body.details], [422, { field: "title" }]);
  const rules = [{ titlePattern: "x".repeat(20_001), clientId: "c" }];
  const nested = await world.api.patch("/api/owners/ana", { mappingRules: rules });
  assert.deepEqual([nested.status, nested.body.details], [422, { field: "mappingRules[0].titlePattern" }]);
  assert.equal((await world.api.get(`/api/appointments/${"x".repeat(201)}`)).status, 404);
});

it("schemathesis finds no answer that the document does not tell of, and no fault of the Worker", async () => {
  const options = ["--phases", "fuzzing", "--max-examples", "5", "--seed", "1"];
  assert.match(await schemathesis(world, ...options), /\bpassed\b/i);
});
