import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type IacKind, INFRASTRUCTURE_DIR } from "../../contract/infrastructure.ts";
import type { Installation } from "../installation.ts";

/** npm leaves files that begin with a dot in a tarball, but not all of them. */
const RENAMED: Record<string, string> = { "checkov.yaml": ".checkov.yaml", gitignore: ".gitignore" };

/** Copies the infrastructure as code into a project, whose own it is from then on. @returns each file, relative, as it is written. */
export async function* writeInfrastructure(
  kind: IacKind,
  directory: string,
  installation: Installation,
): AsyncGenerator<string> {
  const source = join(installation.root, "infrastructure", kind);
  const target = join(directory, INFRASTRUCTURE_DIR);
  await mkdir(target, { recursive: true });
  for (const name of (await readdir(source)).toSorted()) {
    const path = RENAMED[name] ?? name;
    await copyFile(join(source, name), join(target, path));
    yield `${INFRASTRUCTURE_DIR}/${path}`;
  }
}
