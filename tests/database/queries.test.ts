// No statement of the Worker reads a whole table that can grow, nor do the deletions that follow one.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";
import { root } from "../../scripts/places.mjs";
import { sources, statements } from "./statements.ts";

const migrations = join(root, "worker", "migrations");

/** What reads a whole table all the same, by a part of its text, and why it may. */
const argued: { sql: RegExp; reads: string; because: string }[] = [
  {
    sql: / WHERE c\.sync_enabled = 1 AND /,
    reads: "c",
    because:
      "the clock: whose turn it is follows from each connection's id and interval, so that no tick has to write",
  },
];

function migrated(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  for (const name of readdirSync(migrations).sort())
    database.exec(readFileSync(join(migrations, name), "utf8"));
  return database;
}

/** What a plan reads from its first row to its last; an index that is made for one query has read it all, too. */
function wholeTables(database: DatabaseSync, sql: string): string[] {
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
  return plan.flatMap(({ detail }) => {
    if (/AUTOMATIC/.test(detail)) return [detail];
    const [, scanned] = /^SCAN (\S+)/.exec(detail) ?? [];
    // A row of constants, rows that another line has found, or a value that was handed over as JSON.
    const isSmall =
      scanned === undefined || /^(CONSTANT|\(.*)$/.test(scanned) || / VIRTUAL TABLE /.test(detail);
    return isSmall ? [] : [scanned];
  });
}

it("every statement is explained, since nothing but the one door prepares any", () => {
  assert.ok(statements.length > 50, `only ${statements.length} statements were found`);
  const others = sources.filter((path) => path !== "worker/src/database/mod.rs");
  for (const path of others) {
    const source = readFileSync(join(root, path), "utf8");
    assert.doesNotMatch(source, /\bD1Database|\.d1\(|\.prepare\(|\bSql\b/, `${path} goes around the door`);
  }
});

it("no statement reads a whole table that can grow, but for those that are argued for", () => {
  const database = migrated();
  const argument = (sql: string) => argued.find((one) => one.sql.test(sql));
  for (const { at, sql } of statements) {
    const read = wholeTables(database, sql);
    assert.deepEqual(
      read,
      argument(sql) ? [argument(sql)?.reads] : [],
      `${at} reads all of a table:\n${sql}`,
    );
  }
  for (const one of argued) {
    assert.ok(
      statements.some(({ sql }) => one.sql.test(sql)),
      `nothing is left to argue for: ${one.because}`,
    );
  }
});

it("the audit log is only ever added to", () => {
  const about = statements.filter(({ sql }) => /\baudit_log\b/.test(sql));
  assert.ok(about.length > 0);
  for (const { at, sql } of about) assert.match(sql, /^(SELECT|INSERT INTO audit_log)\b/, at);
});

it("a plan that reads a whole table is known as such", () => {
  const database = migrated();
  database.exec("CREATE TABLE notes (tenant TEXT REFERENCES tenants (id))");
  for (const sql of [
    "SELECT id FROM links WHERE uid = ?",
    "SELECT 1 FROM appointments a JOIN tasks t ON t.name = a.title WHERE a.id = ?",
    "DELETE FROM events WHERE source = ?",
    "UPDATE tasks SET name = ?1 WHERE category = ?1",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE revision = ?) THEN 1 ELSE 0 END",
    "DELETE FROM tenants WHERE id = ?", // its notes are looked for, one by one
  ]) {
    assert.notDeepEqual(wholeTables(database, sql), [], sql);
  }
});
