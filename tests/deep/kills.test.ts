// A hundred kills, or as many as KALENDS_KILLS says.
import { it } from "node:test";
import { kill } from "../kills/run.ts";

const seed = Number(process.env.KALENDS_KILLS_SEED ?? Date.now() % 2 ** 32);
const times = Number(process.env.KALENDS_KILLS ?? 100);

it("nothing is lost and nothing doubled by a hundred kills", () =>
  kill({ times, seed, leases: "waited for at times" }));
