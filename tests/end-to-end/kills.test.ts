// Three kills for every run of the tests; tests/deep has a hundred.
import { it } from "node:test";
import { kill } from "../kills/run.ts";

const seed = Number(process.env.KALENDS_KILLS_SEED ?? Date.now() % 2 ** 32);

it("nothing is lost and nothing doubled when the Worker and the CalDAV server are killed", () =>
  kill({ times: 3, seed, leases: "freed" }));
