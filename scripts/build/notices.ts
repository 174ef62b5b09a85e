import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import * as z from "zod";

interface Notice {
  name: string;
  version: string;
  license: string;
  text: string;
}

/** Writes name, version and licence text of every package that the bundles contain code of. */
export async function writeNotices(root: string, metafiles: Metafile[], file: string): Promise<void> {
  const folders = new Set(metafiles.flatMap(bundledPackages));
  const notices = await Promise.all([...folders].sort().map((folder) => readNotice(join(root, folder))));
  const byText = new Map<string, Notice[]>();
  for (const notice of notices) byText.set(notice.text, [...(byText.get(notice.text) ?? []), notice]);
  const sections = [...byText].map(([text, group]) => {
    const names = [...new Set(group.map(({ name, version, license }) => `${name} ${version} (${license})`))];
    return `${names.join("\n")}\n\n${text}`;
  });
  const intro = "ai-pipeline contains code of the packages below, each under the licence that follows its name.";
  await writeFile(file, [intro, ...sections].join(`\n\n${"-".repeat(80)}\n\n`) + "\n");
}

/** @returns the folders of the packages whose code is in the outputs, relative to the root. */
function bundledPackages(metafile: Metafile): string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return inputs.flatMap((path) => {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    return folder === undefined ? [] : [folder];
  });
}

async function readNotice(folder: string): Promise<Notice> {
  const manifest = MANIFEST.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  const files = (await readdir(folder)).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry)).sort();
  const texts = await Promise.all(files.map((entry) => readFile(join(folder, entry), "utf8")));
  const text = texts.map((part) => part.replaceAll("\r\n", "\n").trim()).join("\n\n");
  return { ...manifest, text: text || `Published under the licence ${manifest.license}, without a text of its own.` };
}

/** An old form of the licence names a type and an address. */
const MANIFEST = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]),
});
