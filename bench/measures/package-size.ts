import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { folderBytes } from "../../scripts/build/size.ts";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { installFromNpm, NPM_TOOLS } from "../peers/npm-tools.ts";
import { TARBALL } from "../peers/ours.ts";
import type { Row } from "../table.ts";

const WHAT = "installed, all dependencies counted";
const TARGET = { megabytes: 20, packages: 10 };
const lockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

/** What `npm install` of the packed tool brings. */
export const packageSize: Measure = {
  name: "package-size",
  async run(context) {
    const own = await ours(context);
    const peers = [];
    for (const { spec } of Object.values(NPM_TOOLS)) {
      peers.push(
        ...(await rowsOrSkip(WHAT, spec, async () => [row(spec, await sizeOf(await installFromNpm(context, [spec])))])),
      );
    }
    return {
      title: "Size of the installed tool",
      method:
        "`npm install` of the packed tarball in an empty folder; bytes of all files in node_modules (10^6), and packages in it. Peers are installed without their install scripts.",
      rows: [...own, ...peers],
    };
  },
};

async function ours({ product }: BenchContext): Promise<Row[]> {
  const dir = join(product, "..", "..");
  const size = await sizeOf(dir);
  const met = size.megabytes <= TARGET.megabytes && size.packages <= TARGET.packages;
  const download = ((await stat(join(dir, TARBALL))).size / 1e6).toFixed(1);
  return [
    { ...row("ai-pipeline", size), target: `${TARGET.megabytes} MB, ${TARGET.packages} packages`, met },
    { what: "the tarball itself", subject: "ai-pipeline", value: `${download} MB` },
  ];
}

interface Size {
  megabytes: number;
  packages: number;
}

async function sizeOf(dir: string): Promise<Size> {
  const modules = join(dir, "node_modules");
  const { packages } = lockFile.parse(JSON.parse(await readFile(join(modules, ".package-lock.json"), "utf8")));
  return { megabytes: (await folderBytes(modules)) / 1e6, packages: Object.keys(packages).length };
}

function row(subject: string, { megabytes, packages }: Size): Row {
  return { what: WHAT, subject, value: `${megabytes.toFixed(1)} MB, ${packages} packages` };
}
