import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { retain } from "./retention.ts";
import { createSchema } from "./schema.ts";

it("what is oldest goes when there is too much", () => {
  const db = new DatabaseSync(":memory:");
  createSchema(db);
  const now = Date.UTC(2026, 0, 15);
  db.prepare("INSERT INTO metric VALUES (1, 'n', 'm', '[]', ?, 0)").run(now);
  const insert = db.prepare("INSERT INTO datum VALUES (1, ?, 'None', 1, 1, 1, 1, 0, ?)");
  for (let hour = 1; hour <= 240; hour += 1) insert.run(now / 1000 - hour * 3600, new Uint8Array(10_000));
  const left = () => Number(db.prepare("SELECT count(*) AS n FROM datum").get()?.["n"]);
  retain(db, now);
  expect(left()).toBe(240);
  retain(db, now, 1_500_000);
  // 3.75 days are the first halving that fits.
  expect(left()).toBe(90);
  db.close();
});
