/**
 * A process that is fauxqs and nothing else: `node fauxqs-server.ts <port> [data folder]`. Put together from its parts,
 * since its own start function listens on every interface.
 */
import { DatabaseSync } from "node:sqlite";
import { buildApp } from "fauxqs";
import { PersistenceManager } from "../../node_modules/fauxqs/dist/persistence.js";
import { S3Store } from "../../node_modules/fauxqs/dist/s3/s3Store.js";
import { SnsStore } from "../../node_modules/fauxqs/dist/sns/snsStore.js";
import { SqsStore } from "../../node_modules/fauxqs/dist/sqs/sqsStore.js";

const [port, dataDir] = process.argv.slice(2);
const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
if (dataDir !== undefined) {
  const persistence = new PersistenceManager(dataDir);
  // As durable as ours, which is less than its default: a killed process loses nothing, a power cut may.
  const database: unknown = Reflect.get(persistence, "db");
  if (!(database instanceof DatabaseSync)) throw new Error("fauxqs keeps its database elsewhere now.");
  database.exec("PRAGMA synchronous = NORMAL");
  stores.sqsStore.persistence = persistence;
}
await buildApp({ logger: false, stores }).listen({ host: "127.0.0.1", port: Number(port) });
