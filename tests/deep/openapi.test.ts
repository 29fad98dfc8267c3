// The Worker keeps to its OpenAPI document, asked at length.
import { after, before, it } from "node:test";
import { startWorld, type World } from "../end-to-end/world.ts";
import { schemathesis } from "../openapi/document.ts";

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

for (const seed of ["2", "3"]) {
  it(`schemathesis finds nothing in 100 calls of each operation and every bound of its fields, seed ${seed}`, async () => {
    await schemathesis(world, "--max-examples", "100", "--seed", seed);
  });
}
