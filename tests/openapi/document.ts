// schemathesis, which asks a running Worker whether it keeps to its OpenAPI document.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, root } from "../../scripts/places.mjs";
import { pythonProgram, schemathesisRequirements } from "../../scripts/setup/python.mjs";
import type { World } from "../end-to-end/world.ts";

interface Operation {
  operationId: string;
  responses: Record<string, { description: string }>;
}
export interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

const checks = [
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "unsupported_method",
  "the_worker_is_not_at_fault",
];

/** Runs schemathesis with these options; throws with what it says where the Worker does not keep to its document. */
export async function schemathesis(world: World, ...options: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-schemathesis-"));
  const all = [
    ...["run", `${world.api.url}/openapi.json`, "--header", `Authorization: Bearer ${world.operator.key}`],
    // A stream stays open for a minute; a calendar is no body that can be made up.
    ...["--exclude-path", "/api/calendar/status/stream", "--exclude-path", "/api/calendar/import"],
    ...["--checks", checks.join(","), "--continue-on-failure", "--no-shrink", "--workers", "2"],
    ...["--generation-database", "none", "--output-sanitize", "true", "--warnings", "off", ...options],
  ];
  const child = spawn(pythonProgram(schemathesisRequirements, "schemathesis"), ["--no-color", ...all], {
    cwd: folder,
    env: environment({
      SCHEMATHESIS_HOOKS: join(root, "tests", "openapi", "hooks.py"),
      KALENDS_CALDAV_URL: world.account.url,
    }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      said += data;
    });
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  rmSync(folder, { recursive: true, force: true });
  assert.equal(code, 0, said);
  return said;
}
