// The Worker's local database as a file: every row of every table, for tests of what it holds.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { World } from "./world.ts";

type Row = Record<string, string | number | null>;

/** The file in which miniflare keeps the database; the Worker may run meanwhile. */
export function openDatabase(world: World): DatabaseSync {
  const folder = join(world.folder, "worker", "storage");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".sqlite"))) {
    const database = new DatabaseSync(join(folder, file));
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'calendar_connections'").get())
      return database;
    database.close();
  }
  throw new Error("there is no database of the Worker");
}

export function tableNames(database: DatabaseSync): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name";
  return (database.prepare(sql).all() as { name: string }[]).map(({ name }) => name);
}

/** Every table and view, by name. */
export function everyRow(world: World): Map<string, Row[]> {
  const database = openDatabase(world);
  const rows = (name: string) => database.prepare(`SELECT * FROM "${name}"`).all() as Row[];
  const all = new Map(tableNames(database).map((name) => [name, rows(name)] as const));
  database.close();
  return all;
}
