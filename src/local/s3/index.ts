import { buffer } from "node:stream/consumers";
import { AwsError, type LocalContext } from "../context.ts";
import type { Exchange, Service } from "../exchange.ts";
import type { ObjectSource } from "../interfaces.ts";
import { Bodies } from "./bodies.ts";
import { fileBlobs, memoryBlobs } from "./blobs.ts";
import { Catalog } from "./catalog.ts";
import { noSuchBucket, noSuchKey } from "./errors.ts";

export interface S3Service extends Service, ObjectSource {
  /** Creates a bucket unless it is there. */
  ensureBucket(name: string): void;
}

/**
 * S3 with its catalogue in SQLite and its bodies as files.
 * @param options.dir folder of the bodies; absent: they are kept in memory
 * @param options.allowedOrigins origins of pages that may use it from a browser, beside those of this machine
 */
export function createS3(
  ctx: LocalContext,
  options: { dir?: string; allowedOrigins?: readonly string[] } = {},
): S3Service {
  let closed = false;
  let opened: { catalog: Catalog; bodies: Bodies } | undefined;
  const open = () => {
    if (closed) throw new AwsError("ServiceUnavailable", "The local stack is closing.", { status: 503 });
    if (opened) return opened;
    const catalog = new Catalog(ctx.openDatabase("s3"));
    const bodies = new Bodies(catalog, options.dir === undefined ? memoryBlobs() : fileBlobs(options.dir));
    // What a killed process left half-written.
    bodies.collect();
    opened = { catalog, bodies };
    return opened;
  };
  return {
    async handle(exchange: Exchange) {
      const { serve } = await import("./serve.ts");
      await serve(ctx, { ...open(), allowedOrigins: options.allowedOrigins ?? [] }, exchange);
    },
    ensureBucket(name) {
      open().catalog.addBucket(name, ctx.clock.now());
    },
    async read(bucket, key, limit) {
      const { catalog, bodies } = open();
      const object = catalog.object(bucket, key);
      if (!object) throw catalog.hasBucket(bucket) ? noSuchKey(key) : noSuchBucket(bucket);
      if (object.size > limit)
        throw new AwsError("EntityTooLarge", `The object has ${object.size} bytes, over ${limit}.`);
      return buffer(await bodies.read(object.blob, 0, object.size - 1));
    },
    async close() {
      closed = true;
      await opened?.bodies.idle();
      opened?.catalog.close();
      opened = undefined;
    },
  };
}
