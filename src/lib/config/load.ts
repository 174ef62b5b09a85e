import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { ResolvedConfig } from "../../contract/config.ts";
import { AbortError, PipelineError } from "../../contract/errors.ts";
import { explainIssues, type SettingIssue } from "./explain.ts";
import { loadJson, loadYamlOrJson, parserError } from "./data-loader.ts";
import { loadModule } from "./loader.ts";
import { locateSetting } from "./locate.ts";
import { CODE_ENDINGS, foldersUp, NAME, SEARCH_PLACES, unreadableConfig } from "./places.ts";
import { checkRules, resolveConfig } from "./resolve.ts";

/** A project and the configuration of the stage that was asked for. */
export interface Project {
  /** The folder that holds the configuration. */
  dir: string;
  /** Absolute path of the configuration. */
  file: string;
  config: ResolvedConfig;
  /** Those the configuration has settings for. */
  stages: string[];
}

/**
 * Finds the configuration from `cwd` upwards.
 *
 * @returns undefined when there is none.
 * @throws AbortError `CONFIG_INVALID` naming file, line, setting and mend.
 */
export async function findProject(cwd: string, stage: string): Promise<Project | undefined> {
  const { cosmiconfig, defaultLoaders } = await import("./explorer.ts");
  const loadYaml = (path: string, text: string) => nothing(defaultLoaders[".yaml"](path, text));
  const loaders = {
    ...Object.fromEntries(
      CODE_ENDINGS.map((ending) => [`.${ending}`, async (path: string) => nothing(await loadModule(path))]),
    ),
    ".json": (path: string, text: string) => nothing(loadJson(path, text)),
    ".yaml": loadYaml,
    ".yml": loadYaml,
    noExt: (path: string, text: string) => nothing(loadYamlOrJson(path, text, defaultLoaders.noExt)),
  };
  let found: Awaited<ReturnType<ReturnType<typeof cosmiconfig>["search"]>> = null;
  try {
    // Folder by folder: cosmiconfig's own way up would end at a user-wide configuration, which is no project.
    const explorer = cosmiconfig(NAME, {
      searchPlaces: SEARCH_PLACES,
      searchStrategy: "none",
      ignoreEmptySearchPlaces: false,
      cache: false,
      loaders,
    });
    for (const folder of await foldersUp(cwd)) {
      found = await explorer.search(folder);
      if (found) break;
      await refuseUnreadable(folder);
    }
  } catch (error) {
    throw error instanceof PipelineError ? error : await parserError(error);
  }
  if (!found) return undefined;
  const { filepath } = found;
  const input: unknown = found.config;
  const dir = dirname(filepath).replace(/[\\/]\.config$/, "");
  if (input === undefined || input === null) {
    throw invalid(filepath, "", [{ field: "", path: [], message: "it is empty, or exports nothing as its default" }]);
  }
  return { dir, file: filepath, ...(await validate(input, filepath, stage)) };
}

/** cosmiconfig takes `null` for a file that is not there, and would go on to the next. */
const nothing = (loaded: unknown): unknown => loaded ?? undefined;

async function validate(input: unknown, file: string, stage: string): Promise<Pick<Project, "config" | "stages">> {
  const { configSchema } = await import("../../contract/schema/config.ts");
  const source = await readFile(file, "utf8");
  const parsed = configSchema.safeParse(withoutUndefined(input));
  if (!parsed.success) throw invalid(file, source, explainIssues(parsed.error.issues, input));
  const config = resolveConfig(parsed.data, stage);
  const issues = checkRules(config);
  if (issues.length > 0) throw invalid(file, source, issues);
  return { config, stages: Object.keys(parsed.data.stages ?? {}) };
}

/** cosmiconfig passes over what it may not read: the command would then go on as if there were no project. */
async function refuseUnreadable(folder: string): Promise<void> {
  const unreadable = await unreadableConfig(folder);
  if (!unreadable) return;
  throw new AbortError(`The configuration cannot be read: ${unreadable.why}.`, {
    code: "CONFIG_INVALID",
    where: unreadable.file,
    hint: `Mend ${basename(unreadable.file)}, or move it away, and run the command again.`,
  });
}

/** A setting that is `undefined` (`process.env.X ? 3 : undefined`) is one that is not there. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}

function invalid(file: string, source: string, issues: SettingIssue[]): AbortError {
  const [first] = issues;
  // Among a package's own members the settings are those of one of them.
  const root = /^package\.(json|yaml)$/.test(basename(file)) ? [NAME] : [];
  const line = (issue: SettingIssue | undefined) =>
    issue ? locateSetting(source, [...root, ...issue.path]) : undefined;
  const place = line(first);
  const name = (issue: SettingIssue) => (issue.field === "" ? "it" : `\`${issue.field}\``);
  const others = issues.slice(1).map((issue) => {
    const at = line(issue);
    return `Also ${name(issue)} ${issue.message}${at ? ` (line ${at.line})` : ""}.`;
  });
  const message = first
    ? first.field === ""
      ? `The configuration cannot be used: ${first.message}.`
      : `The configuration is wrong: ${name(first)} ${first.message}.`.replace("?.", "?")
    : "The configuration is wrong.";
  return new AbortError(message, {
    code: "CONFIG_INVALID",
    where: place ? `${file}:${place.line}:${place.column}` : file,
    hint: [
      ...others,
      `Mend ${first?.field ? `\`${first.field}\` in ` : ""}${basename(file)} and run the command again.`,
    ],
  });
}
