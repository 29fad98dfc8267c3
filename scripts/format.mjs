// `npm run format`: puts all sources into the form that `npm test` asks for.
import { spawnSync } from "node:child_process";
import { environment, npmTool, root } from "./places.mjs";
import { setUp } from "./setup.mjs";

await setUp("build");
for (const [program, ...args] of [
  ["cargo", "fmt", "--all"],
  [npmTool("biome"), "check", "--write"],
]) {
  const { status } = spawnSync(/** @type {string} */ (program), args, {
    cwd: root,
    env: environment(),
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
