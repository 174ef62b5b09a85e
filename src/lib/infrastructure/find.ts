import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { IAC_KINDS, type IacKind, INFRASTRUCTURE_DIR } from "../../contract/infrastructure.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";

/** A project's own infrastructure as code. */
export interface Infrastructure {
  kind: IacKind;
  /** Absolute. */
  directory: string;
  /** Absolute path of the file that names it; a message points there. */
  file: string;
}

/** What tells the kinds apart. */
const FILES: Record<IacKind, RegExp> = { cloudformation: /^template\.(ya?ml|json)$/, terraform: /\.tf$/ };

/** @returns every kind that a project has. @throws AbortError `IAC_AMBIGUOUS` for a folder with two templates. */
export async function findInfrastructure(projectDir: string): Promise<Infrastructure[]> {
  const directory = join(projectDir, INFRASTRUCTURE_DIR);
  const names = (await readdir(directory).catch(() => [])).toSorted((a, b) => a.localeCompare(b));
  return IAC_KINDS.flatMap((kind) => {
    const [name, ...others] = names.filter((entry) => FILES[kind].test(entry));
    // All files of a Terraform module are one; of templates one alone is deployed.
    if (name !== undefined && others.length > 0 && kind === "cloudformation") throw severalTemplates(directory, names);
    return name === undefined ? [] : [{ kind, directory, file: join(directory, name) }];
  });
}

function severalTemplates(directory: string, names: string[]): AbortError {
  const templates = names.filter((name) => FILES.cloudformation.test(name));
  return new AbortError(`There are several templates: ${templates.join(" and ")}.`, {
    code: "IAC_AMBIGUOUS",
    where: directory,
    hint: "Keep the one that is yours and move the others away (build writes a template.json, which is none of yours).",
  });
}

/**
 * @param kind wanted; absent: the one there is.
 * @throws AbortError `IAC_MISSING`, `IAC_AMBIGUOUS`.
 */
export async function requireInfrastructure(
  projectDir: string,
  kind: IacKind | undefined,
  place: Workplace,
): Promise<Infrastructure> {
  const all = await findInfrastructure(projectDir);
  const found = kind === undefined ? all : all.filter((entry) => entry.kind === kind);
  const [first] = found;
  if (!first) {
    throw new AbortError(`The project has no infrastructure as code${kind ? ` for ${kind}` : ""}.`, {
      code: "IAC_MISSING",
      where: join(projectDir, INFRASTRUCTURE_DIR),
      hint: [
        "Add it, to keep and change as your own:",
        ...IAC_KINDS.map((name) => `  ${invocation(place.installation, place.cwd)} init ${projectDir} --iac ${name}`),
      ],
    });
  }
  if (found.length === 1) return first;
  throw new AbortError("The project has infrastructure as code of several kinds.", {
    code: "IAC_AMBIGUOUS",
    where: first.directory,
    hint: `Say which: ${found.map((entry) => `--iac ${entry.kind}`).join(" or ")}`,
  });
}
