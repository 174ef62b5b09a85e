import type { Readable } from "node:stream";
import { type BlobStore, newBlobId } from "./blobs.ts";
import type { Catalog } from "./catalog.ts";
import { type ChecksumAlgorithm, createDigest, hashDigest } from "./checksums.ts";
import type { StoredBody } from "./types.ts";

export interface Written extends StoredBody {
  /** Base64 of each checksum that was asked for. */
  checksums: Partial<Record<ChecksumAlgorithm, string>>;
}

/** Bodies and the record of which are in use, kept in step. */
export class Bodies {
  private readonly catalog: Catalog;
  private readonly blobs: BlobStore;
  private readonly writing = new Set<string>();
  private collecting: Promise<void> | undefined;

  constructor(catalog: Catalog, blobs: BlobStore) {
    this.catalog = catalog;
    this.blobs = blobs;
  }

  /**
   * Writes a body as it comes. It is garbage until the catalog refers to it: call `settle` with it when that is done, or
   * when it never will be.
   * @param check is run on what was written, before it counts as written.
   */
  async write(
    source: AsyncIterable<Buffer>,
    algorithms: Iterable<ChecksumAlgorithm>,
    check: (written: Written) => void = () => {},
  ): Promise<Written> {
    const blob = newBlobId();
    this.writing.add(blob);
    try {
      this.catalog.expect(blob);
      return await this.fill(blob, source, algorithms, check);
    } catch (error) {
      this.settle(blob);
      throw error;
    }
  }

  private async fill(
    blob: string,
    source: AsyncIterable<Buffer>,
    algorithms: Iterable<ChecksumAlgorithm>,
    check: (written: Written) => void,
  ): Promise<Written> {
    const writer = await this.blobs.create(blob);
    const md5 = hashDigest("md5");
    const digests = [...new Set(algorithms)].map((algorithm) => ({ algorithm, digest: createDigest(algorithm) }));
    let size = 0;
    try {
      for await (const chunk of source) {
        size += chunk.length;
        md5.update(chunk);
        for (const { digest } of digests) digest.update(chunk);
        await writer.write(chunk);
      }
      const checksums = Object.fromEntries(
        digests.map(({ algorithm, digest }) => [algorithm, digest.digest().toString("base64")]),
      );
      const written = { blob, size, md5: md5.digest().toString("hex"), checksums };
      check(written);
      await writer.finish();
      return written;
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  /** Both positions are inclusive. */
  read(blob: string, start: number, end: number): Promise<Readable> {
    return this.blobs.read(blob, start, end);
  }

  /** Says that a body written is now referred to, or never will be. */
  settle(blob: string): void {
    this.writing.delete(blob);
    this.collect();
  }

  /** Removes the bodies that nothing refers to, behind the caller's back. */
  collect(): void {
    this.collecting ??= this.removeGarbage()
      // What could not be removed is tried again at the next start.
      .catch(() => {})
      .finally(() => (this.collecting = undefined));
  }

  /** Resolves when no removal is under way. */
  async idle(): Promise<void> {
    await this.collecting;
  }

  private async removeGarbage(): Promise<void> {
    // One turn later, so that a reader who has just looked an object up can open it.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (;;) {
      const blobs = this.catalog.garbage().filter((blob) => !this.writing.has(blob));
      if (blobs.length === 0) return;
      for (const blob of blobs) {
        await this.blobs.remove(blob);
        this.catalog.forget(blob);
      }
    }
  }
}
