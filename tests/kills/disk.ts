// The database as it lies on the disk, be its Worker dead or alive: read from a copy, so that workerd itself has to
// recover what it left.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

type Row = Record<string, string | number | null>;

export interface Disk {
  /** What SQLite finds wrong; nothing, if all is well. */
  faults: string[];
  rows(sql: string): Row[];
}

/** Reads the database in a world's folder. */
export function readDisk<T>(worldFolder: string, read: (disk: Disk) => T): T {
  const folder = join(worldFolder, "worker", "storage", "v3", "d1", "miniflare-D1DatabaseObject");
  const copy = mkdtempSync(join(tmpdir(), "kalends-disk-"));
  // The index of the log (-shm) is made anew by whoever reads it.
  for (const name of readdirSync(folder).filter((name) => /^[0-9a-f]+\.sqlite(-wal)?$/.test(name))) {
    copyFileSync(join(folder, name), join(copy, name));
  }
  const [name] = readdirSync(copy).filter((name) => name.endsWith(".sqlite"));
  const database = new DatabaseSync(join(copy, name ?? "none"));
  try {
    const rows = (sql: string) => database.prepare(sql).all() as Row[];
    const faults = [...rows("PRAGMA integrity_check"), ...rows("PRAGMA foreign_key_check")]
      .map((row) => Object.values(row).join(" "))
      .filter((said) => said !== "ok");
    return read({ faults, rows });
  } finally {
    database.close();
    rmSync(copy, { recursive: true });
  }
}
